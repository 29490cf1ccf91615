import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { harbour } from '../../harbour-topology.js';
import { witness } from '../../parcels/witness.js';

const keeper = createAgent(harbour, 'keeper')
  .needs<{ readonly witness: string }>()
  .handle(
    { ShipSighted: ({ data }, { deps }) => witness(deps.witness, 'keeper', data.ship) },
    { onEmergency: ({ type, data }, { deps }) => witness(deps.witness, 'keeper', `${type} ${data.why}`) },
  );

export const handler = lambda(keeper, ({ bind }) => ({ witness: bind('witness') }));
