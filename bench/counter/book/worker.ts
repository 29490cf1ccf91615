import { createAgent } from 'laneway/agent';
import { worker } from 'laneway/worker';
import { note } from '../notes.js';
import { counter } from '../topology.js';

/** Notes every answer, with how long it took from the client's publish. */
const book = createAgent(counter, 'book')
  .needs<{ readonly notes: string }>()
  .handle({
    ErrandDone: ({ id, data: { key, published } }, { deps }) =>
      note.answered(deps.notes, key, id, Date.now() - published),
  });

export default worker(book, ({ bind }) => ({ notes: bind('notes') }));
