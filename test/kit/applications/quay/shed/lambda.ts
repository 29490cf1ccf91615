import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { quay } from '../../quay-topology.js';
import { witness } from '../witness.js';

/** Takes in what was lifted, and hears of the ships that were cleared. */
const shed = createAgent(quay, 'shed')
  .needs<{ readonly witness: string }>()
  .handle({
    CargoLifted: ({ id, data }, { deps }) => witness(deps.witness, 'stored', data.cargo, id),
    ShipCleared: ({ id, data }, { deps }) => witness(deps.witness, 'cleared', data.ship, id),
    otherwise: () => undefined,
  });

export const handler = lambda(shed, ({ bind }) => ({ witness: bind('witness') }));
