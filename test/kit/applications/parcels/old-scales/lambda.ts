import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { parcels } from '../../parcel-topology.js';

/** Says a thousand grams, whatever it is: tells who answered. */
export const handler = lambda(
  createAgent(parcels, 'old-scales').handle({ WeighParcel: ({ data }) => ({ parcel: data.parcel, grams: 1_000 }) }),
);
