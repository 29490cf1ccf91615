import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { note } from '../effects.js';
import { depot } from '../topology.js';

/** Stores packages: the last step, whose effect the rows count. */
const shelf = createAgent(depot, 'shelf')
  .needs<{ readonly witness: string }>()
  .handle({ StorePackage: ({ id, data }, { deps }) => note.stored(deps.witness, data.key, id) });

export const handler = lambda(shelf, ({ bind }) => ({ witness: bind('witness') }));
