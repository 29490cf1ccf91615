import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { CargoLifted, quay } from '../../quay-topology.js';
import { witness } from '../witness.js';

/** Lifts what is landed: one emission for each message. */
const crane = createAgent(quay, 'crane')
  .needs<{ readonly witness: string }>()
  .handle({
    CargoLanded: ({ id, data: { cargo } }, { deps, publish }) => {
      witness(deps.witness, 'lifted', cargo, id);
      publish(CargoLifted, { cargo });
    },
  });

export const handler = lambda(crane, ({ bind }) => ({ witness: bind('witness') }));
