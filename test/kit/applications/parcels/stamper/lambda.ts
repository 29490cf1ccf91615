import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { parcels } from '../../parcel-topology.js';
import { witness } from '../witness.js';

const stamper = createAgent(parcels, 'stamper')
  .needs<{ readonly witness: string }>()
  .handle({ StampParcel: ({ data }, { deps }) => witness(deps.witness, 'stamper', data.parcel) });

export const handler = lambda(stamper, ({ bind }) => ({ witness: bind('witness') }));
