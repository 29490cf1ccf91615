import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { parcels } from '../../parcel-topology.js';

/** Weighs parcels; those called slow-... are never weighed. */
const scales = createAgent(parcels, 'scales').handle({
  WeighParcel: ({ data }, { replyLater }) =>
    data.parcel.startsWith('slow')
      ? replyLater({ key: data.parcel, within: '1 hour' })
      : { parcel: data.parcel, grams: data.parcel.length },
});

export const handler = lambda(scales);
