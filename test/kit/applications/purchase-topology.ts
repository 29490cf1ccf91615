import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

/** A small application for tests: something is done, people are asked by mail, and then more is done. */
export const PurchaseWanted = event(
  'PurchaseWanted',
  z.object({ purchase: z.string(), patience: z.enum(['long', 'short']) }),
);
export const Acted = event('Acted', z.object({ ticket: z.string() }));
export const Undone = event('Undone', z.object({ ticket: z.string() }));
export const Act = command('Act', z.object({ purchase: z.string(), what: z.string(), cost: z.number().optional() }), {
  reply: Acted,
});
export const Undo = command('Undo', z.object({ purchase: z.string(), ticket: z.string() }), { reply: Undone });

export const purchases = defineTopology('purchases', {
  channels: {
    'purchase.wanted': { carries: [PurchaseWanted] },
    'purchase.work': { carries: [Act, Undo] },
    'purchase.done': { carries: [Acted, Undone] },
  },
  agents: { buyer: { subscribes: ['purchase.work'] }, mailer: { subscribes: ['approvals.requested'] } },
  clients: { shop: { publishes: [PurchaseWanted] } },
});
