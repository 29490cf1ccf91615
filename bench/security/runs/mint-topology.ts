import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

export const OrderTaken = event('OrderTaken', z.object({ order: z.string(), note: z.string().optional() }));
export const PaidOut = event('PaidOut', z.object({ order: z.string(), by: z.string() }));
export const PayOut = command('PayOut', z.object({ order: z.string() }), { reply: PaidOut });
export const PrintSlip = command('PrintSlip', z.object({ slip: z.string() }));

/** Deliveries of one conversation that each receiver of the mint takes. */
export const BUDGET = 100;

/**
 * A mint with somebody to rob, and robbers of every kind beside him: an agent that has nothing to do with payments (`stranger`),
 * one that may answer the same requests (`teller`), and a second client (`kiosk`).
 */
export const mint = defineTopology('mint', {
  conversationBudget: BUDGET,
  channels: {
    orders: { carries: [OrderTaken] },
    'payments.ask': { carries: [PayOut] },
    'payments.done': { carries: [PaidOut] },
    slips: { carries: [PrintSlip], qos: { delivery: 'direct' } },
  },
  agents: {
    clerk: { subscribes: ['orders', 'payments.done'], publishes: [PrintSlip] },
    bank: { subscribes: ['payments.ask'] },
    teller: { subscribes: ['payments.ask'] },
    printer: { subscribes: ['slips'] },
    stranger: { subscribes: ['orders'], publishes: [OrderTaken, PrintSlip] },
  },
  clients: { counter: { publishes: [OrderTaken, PayOut] }, kiosk: { publishes: [OrderTaken, PayOut] } },
  ingress: {
    post: {
      pattern: { source: ['com.example.post'], 'detail-type': ['Order'] },
      as: OrderTaken,
      map: (foreign) => ({ order: String(foreign.id) }),
    },
  },
});
