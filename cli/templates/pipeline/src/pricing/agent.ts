import { createAgent } from 'laneway/agent';
import { OrderPriced } from '../messages.js';
import { topology } from '../topology.js';

const CENTS_A_PIECE = 250;

export const pricing = createAgent(topology, 'pricing').handle({
  // What a handler publishes is sent when it has succeeded.
  OrderPlaced: ({ data }, { publish }) => {
    publish(OrderPriced, { ...data, cents: CENTS_A_PIECE * data.pieces });
  },
});
