import { createAgent } from 'laneway/agent';
import { bakery } from '../topology.js';

export const courier = createAgent(bakery, 'courier')
  .needs<{ readonly bicycleCarries: number }>()
  .handle({
    DeliverOrder: ({ data: { order, loaves } }, { deps }) => ({
      order,
      by: loaves <= deps.bicycleCarries ? 'bicycle' : 'van',
    }),
  });
