import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { harbour } from '../../harbour-topology.js';
import { witness } from '../../parcels/witness.js';

const crane = createAgent(harbour, 'crane')
  .needs<{ readonly witness: string }>()
  .handle(
    { ShipSighted: ({ data }, { deps }) => witness(deps.witness, 'crane', data.ship) },
    { onEmergency: ({ type, data }, { deps }) => witness(deps.witness, 'crane', `${type} ${data.why}`) },
  );

export const handler = lambda(crane, ({ bind }) => ({ witness: bind('witness') }));
