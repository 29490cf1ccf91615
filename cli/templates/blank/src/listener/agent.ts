import { createAgent } from 'laneway/agent';
import { topology } from '../topology.js';

export const listener = createAgent(topology, 'listener').handle({
  NoteTaken: ({ data: { text } }, { log }) => log.info('heard', { text }),
});
