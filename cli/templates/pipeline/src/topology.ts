import { defineTopology } from 'laneway/topology';
import { OrderPlaced, OrderPriced, OrderShipped } from './messages.js';

export const topology = defineTopology('my-app', {
  channels: {
    'orders.placed': { carries: [OrderPlaced] },
    'orders.priced': { carries: [OrderPriced] },
    'orders.shipped': { carries: [OrderShipped] },
  },
  agents: {
    pricing: { subscribes: ['orders.placed'], publishes: [OrderPriced] },
    shipping: { subscribes: ['orders.priced'], publishes: [OrderShipped] },
  },
  clients: {
    shop: { publishes: [OrderPlaced] },
  },
});
