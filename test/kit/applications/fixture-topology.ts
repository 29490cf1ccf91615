import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

export const OrderPlaced = event('OrderPlaced', z.object({ order: z.string() }));
export const StockReserved = event('StockReserved', z.object({ order: z.string(), reserved: z.boolean() }));
export const ReserveStock = command('ReserveStock', z.object({ order: z.string() }), { reply: StockReserved });
export const ShelfCounted = event('ShelfCounted', z.object({ shelf: z.string(), count: z.number().int() }));
export const ScanShelf = command('ScanShelf', z.object({ shelf: z.string() }));

/** A small shop: three agents, a client, an ingress, a request, a direct channel, an acknowledged channel. */
export const shop = defineTopology('fixture-shop', {
  channels: {
    orders: {
      carries: [OrderPlaced],
      qos: { from: 'standard', priorities: ['critical', 'normal'], acks: 'message', retainPayloads: '30 days' },
    },
    'stock.request': { carries: [ReserveStock], qos: { from: 'urgent', batchSize: 4 } },
    'stock.result': { carries: [StockReserved] },
    'shelf.scan': { carries: [ScanShelf], qos: { from: 'bulk', delivery: 'direct' } },
    'shelf.counted': { carries: [ShelfCounted], qos: { from: 'bulk' } },
  },
  agents: {
    clerk: {
      subscribes: ['orders', 'stock.result', 'system.timeouts'],
      publishes: [ReserveStock, ScanShelf],
      handlerTimeout: '10 seconds',
    },
    warehouse: { subscribes: ['stock.request', 'orders'], capabilities: ['stock'] },
    scanner: { subscribes: ['shelf.scan'], publishes: [ShelfCounted], handlerTimeout: '2 minutes' },
  },
  clients: { 'web-shop': { publishes: [OrderPlaced, ReserveStock] } },
  ingress: {
    marketplace: {
      pattern: { source: ['com.example.market'], 'detail-type': ['Order'] },
      as: OrderPlaced,
      map: (foreign) => ({ order: foreign.id }),
    },
  },
});

/** The topology without clients' requests, ingress, or anything that replies: what a smallest application has. */
export const smallest = defineTopology('fixture-smallest', {
  channels: { 'shelf.counted': { carries: [ShelfCounted], qos: { from: 'bulk' } } },
  agents: { reader: { subscribes: ['shelf.counted'] }, counter: { subscribes: [], publishes: [ShelfCounted] } },
});

/** A clerk on Lambda, and a packer and a weigher that run as workers; one of them makes requests, another answers them. */
export const depot = defineTopology('fixture-depot', {
  channels: {
    orders: { carries: [OrderPlaced] },
    'stock.request': { carries: [ReserveStock] },
    'stock.result': { carries: [StockReserved] },
    'shelf.scan': { carries: [ScanShelf], qos: { from: 'bulk', delivery: 'direct' } },
  },
  agents: {
    clerk: { subscribes: ['stock.request'] },
    packer: { runs: 'worker', subscribes: ['orders', 'stock.result'], publishes: [ReserveStock, ScanShelf] },
    weigher: { runs: 'worker', subscribes: ['shelf.scan'], handlerTimeout: '2 minutes' },
  },
  clients: { 'web-shop': { publishes: [OrderPlaced] } },
});
