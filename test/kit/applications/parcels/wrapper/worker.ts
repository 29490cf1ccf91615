import { createAgent } from 'laneway/agent';
import { worker } from 'laneway/worker';
import { parcels } from '../../parcel-topology.js';

const wrapper = createAgent(parcels, 'wrapper')
  .needs<{ readonly paper: string }>()
  .handle({ WrapParcel: ({ data }, { deps }) => ({ parcel: data.parcel, paper: deps.paper }) });

export default worker(wrapper, ({ bind }) => ({ paper: bind('paper') }));
