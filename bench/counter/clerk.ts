import { setTimeout as sleep } from 'node:timers/promises';
import { createAgent } from 'laneway/agent';
import { worker, type WorkerEntry } from 'laneway/worker';
import { note } from './notes.js';
import { counter, ErrandDone, type Clerk } from './topology.js';

/** The worker of a clerk: takes the time that the errand names, and answers. */
export function clerk(id: Clerk): WorkerEntry {
  const agent = createAgent(counter, id)
    .needs<{ readonly notes: string }>()
    .handle({
      ErrandGiven: async ({ data: { key, published, work } }, { deps, publish }) => {
        note.begun(deps.notes, key);
        if (work > 0) await sleep(work);
        publish(ErrandDone, { key, published });
      },
    });
  return worker(agent, ({ bind }) => ({ notes: bind('notes') }));
}
