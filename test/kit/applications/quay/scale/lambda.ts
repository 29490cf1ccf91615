import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { quay } from '../../quay-topology.js';
import { witness } from '../witness.js';

/** Weighs whatever it is asked to. */
const scale = createAgent(quay, 'scale')
  .needs<{ readonly witness: string }>()
  .handle({
    WeighCargo: ({ id, data: { cargo } }, { deps }) => {
      witness(deps.witness, 'weighed', cargo, id);
      return { cargo, tons: cargo.length };
    },
  });

export const handler = lambda(scale, ({ bind }) => ({ witness: bind('witness') }));
