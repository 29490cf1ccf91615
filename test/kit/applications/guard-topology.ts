import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

export const Sorted = event('Sorted', z.object({ item: z.string() }));
export const SortItem = command('SortItem', z.object({ item: z.string() }), { reply: Sorted });
export const Lifted = event('Lifted', z.object({ item: z.string() }));
export const LiftItem = command('LiftItem', z.object({ item: z.string() }), { reply: Lifted });
export const Ping = event('Ping', z.object({ round: z.number().int() }));
export const Pong = event('Pong', z.object({ round: z.number().int() }));
export const ItemSeen = event('ItemSeen', z.object({ item: z.string() }));

/** Agents for what guards the handling: a sorter that has others lift, two that answer each other, a slow lane. */
export const guarded = defineTopology('guarded', {
  channels: {
    'sort.request': { carries: [SortItem] },
    'sort.result': { carries: [Sorted] },
    'lift.request': { carries: [LiftItem] },
    'lift.result': { carries: [Lifted] },
    pings: { carries: [Ping], qos: { priorities: ['normal'] } },
    pongs: { carries: [Pong], qos: { priorities: ['normal'] } },
    sightings: {
      carries: [ItemSeen],
      qos: {
        onExpiry: 'escalate',
        expires: '1 minute',
        tries: 5,
        backoff: { first: '1 second', most: '1 minute' },
        retryBudget: { share: 0.5, minimum: 2, window: '10 seconds' },
      },
    },
  },
  agents: {
    sorter: { subscribes: ['sort.request', 'lift.result'], publishes: [LiftItem], needs: '2 seconds' },
    lifter: { subscribes: ['lift.request'] },
    pinger: { subscribes: ['pongs'], publishes: [Ping] },
    ponger: { subscribes: ['pings'], publishes: [Pong] },
    watcher: { subscribes: ['sightings', 'system.expiries'] },
  },
  clients: { gate: { publishes: [SortItem, Ping, ItemSeen] } },
  hopLimit: 200,
  cycleLimit: 5,
  conversationBudget: 1_000,
});
