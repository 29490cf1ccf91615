import { createAgent } from 'laneway/agent';
import { OrderShipped } from '../messages.js';
import { topology } from '../topology.js';

const PIECES_IN_A_PARCEL = 12;

export const shipping = createAgent(topology, 'shipping').handle({
  OrderPriced: ({ data: { order, pieces } }, { publish }) => {
    publish(OrderShipped, { order, parcels: Math.ceil(pieces / PIECES_IN_A_PARCEL) });
  },
});
