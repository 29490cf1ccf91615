import { appendFileSync } from 'node:fs';
import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { errands } from '../../errand-topology.js';

/** Writes down, outside everything Laneway keeps, what it fetched. */
const runner = createAgent(errands, 'runner')
  .needs<{ readonly witness: string }>()
  .handle({
    Fetch: ({ data }, { deps }) => {
      const { errand, thing, leaflet = 0, with: along } = data;
      const got = along ? `${thing} of ${along.map((one) => one.length).join(' and ')}` : thing;
      appendFileSync(deps.witness, `${errand} ${got}\n`);
      return { thing: got, leaflet: 'x'.repeat(leaflet) };
    },
  });

export const handler = lambda(runner, ({ bind }) => ({ witness: bind('witness') }));
