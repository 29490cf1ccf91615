import { createAgent } from 'laneway/agent';
import { worker } from 'laneway/worker';
import { harbour } from '../../harbour-topology.js';
import { witness } from '../../parcels/witness.js';

const boat = createAgent(harbour, 'boat')
  .needs<{ readonly witness: string }>()
  .handle(
    { ShipSighted: ({ data }, { deps }) => witness(deps.witness, 'boat', data.ship) },
    { onEmergency: ({ type, data }, { deps }) => witness(deps.witness, 'boat', `${type} ${data.why}`) },
  );

export default worker(boat, ({ bind }) => ({ witness: bind('witness') }));
