import { appendFileSync } from 'node:fs';
import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { errands } from '../../errand-topology.js';

/** Writes down, outside everything Laneway keeps, what it fetched. */
const runner = createAgent(errands, 'runner')
  .needs<{ readonly witness: string }>()
  .handle({
    Fetch: ({ data }, { deps }) => {
      appendFileSync(deps.witness, `${data.errand} ${data.thing}\n`);
      return { thing: data.thing };
    },
  });

export const handler = lambda(runner, ({ bind }) => ({ witness: bind('witness') }));
