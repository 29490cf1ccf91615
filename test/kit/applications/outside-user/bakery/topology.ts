import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';

const order = { order: z.string(), loaves: z.number().int().positive() };

export const LoavesBaked = event('LoavesBaked', z.object({ ...order, minutes: z.number() }));
export const BakeLoaves = command('BakeLoaves', z.object(order), { reply: LoavesBaked });
export const OrderDelivered = event('OrderDelivered', z.object({ order: z.string(), by: z.enum(['bicycle', 'van']) }));
export const DeliverOrder = command('DeliverOrder', z.object(order), { reply: OrderDelivered });
export const OrderPlaced = event('OrderPlaced', z.object({ ...order, address: z.string() }));

export const bakery = defineTopology('bakery', {
  channels: {
    orders: { carries: [OrderPlaced] },
    baking: { carries: [BakeLoaves], qos: { tries: 3, expires: '10 minutes' } },
    delivery: { carries: [DeliverOrder], qos: { priorities: ['high', 'normal'] } },
    results: { carries: [LoavesBaked, OrderDelivered] },
  },
  agents: {
    baker: { subscribes: ['baking'], capabilities: ['baking'] },
    courier: { subscribes: ['delivery'] },
  },
  clients: { counter: { publishes: [OrderPlaced, BakeLoaves] } },
});
