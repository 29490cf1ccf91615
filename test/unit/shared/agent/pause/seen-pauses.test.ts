import { createAgent } from 'laneway/agent';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { SeenPauses } from '../../../../../shared/agent/pause/seen-pauses.js';
import { PAUSES_SEEN_MS, type ChannelPause, type PauseStore } from '../../../../../shared/domain/pause/pause.js';
import { harnessOver } from '../../../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../../../shared/testing/harness/harness-world.js';

const pause: ChannelPause = { channel: 'orders', by: 'ana', why: 'wrong', since: '2026-01-01T00:00:00.000Z' };

/** A store that counts its reads, and that fails while it is told to. */
function store(pauses: ChannelPause[] = []) {
  const told = { reads: 0, fails: false, pauses, failures: 0 };
  const recent: PauseStore['recent'] = async () => {
    told.reads++;
    if (told.fails) throw new Error('away');
    return Promise.resolve(told.pauses);
  };
  return { told, recent, failed: () => void told.failures++ };
}

it('reads once for as many copies as come at once, and again after five seconds', async () => {
  const seen = new SeenPauses();
  const { told, recent, failed } = store([pause]);
  const found = await Promise.all([1, 2, 3].map(async () => seen.of('orders', { recent }, 0, failed)));
  expect(found).toEqual([pause, pause, pause]);
  expect(seen.of('orders', { recent }, PAUSES_SEEN_MS - 1, failed)).toEqual(pause);
  expect(told.reads).toBe(1);
  told.pauses = [];
  expect(await seen.of('orders', { recent }, PAUSES_SEEN_MS, failed)).toBeUndefined();
  expect(told).toMatchObject({ reads: 2, failures: 0 });
});

it('a clock that was put back is no reason to believe what was read for longer', async () => {
  const seen = new SeenPauses();
  const { told, recent, failed } = store();
  await seen.of('orders', { recent }, 100_000, failed);
  await seen.of('orders', { recent }, 10, failed);
  expect(told.reads).toBe(2);
});

it('while it cannot read, what it saw last holds, and it does not ask for each copy', async () => {
  const seen = new SeenPauses();
  const { told, recent, failed } = store([pause]);
  await seen.of('orders', { recent }, 0, failed);
  told.fails = true;
  expect(await seen.of('orders', { recent }, PAUSES_SEEN_MS, failed)).toEqual(pause);
  expect(seen.of('orders', { recent }, PAUSES_SEEN_MS + 1, failed)).toEqual(pause);
  expect(told).toMatchObject({ reads: 2, failures: 1 });
  const fresh = new SeenPauses();
  expect(await fresh.of('orders', { recent }, 0, failed)).toBeUndefined();
});

it('what could not be noted is noted with the next message', () => {
  const seen = new SeenPauses();
  const times = { since: pause.since, expires: '2026-01-02T00:00:00.000Z', sent: pause.since };
  const [first, second] = [1, 2].map(() => ({ agent: 'clerk', channel: 'orders', ...times }));
  if (first === undefined || second === undefined) throw new Error('two messages');
  expect([seen.isFirst(first, 0), seen.isFirst(second, 0)]).toEqual([true, false]);
  seen.forget(first);
  expect(seen.isFirst(second, 0)).toBe(true);
});

it('a message of a channel that is not paused costs no call', async () => {
  const Ordered = event('Ordered', z.object({ order: z.number() }));
  const office = defineTopology('office', {
    channels: { orders: { carries: [Ordered] }, news: { carries: [event('Noted', z.object({}))] } },
    agents: { clerk: { subscribes: ['orders'] } },
    clients: { shop: { publishes: [Ordered] } },
  });
  let handled = 0;
  const agents = [
    createAgent(office, 'clerk')
      .handle({ Ordered: () => void handled++ })
      .with({}),
  ];
  const parts = { topology: office, agents, workflows: [], random: () => 0.5 };
  const world = new HarnessWorld(parts);
  const calls = { pauses: 0, deliveries: 0, intents: 0 };
  for (const port of ['pauses', 'deliveries', 'intents'] as const) {
    const own = world[port] as object as Record<string, (...given: unknown[]) => unknown>;
    for (const name of ['all', 'recent', 'noteWaiting', 'lease', 'settle', 'record']) {
      const call = own[name]?.bind(own);
      if (call) own[name] = (...given) => (calls[port]++, call(...given));
    }
  }
  const harness = harnessOver(world, parts);
  for (let order = 0; order < 1_000; order++) {
    await harness.publish(Ordered, { order });
    await harness.settle();
  }
  expect(handled).toBe(1_000);
  process.stderr.write(`1,000 messages within five seconds: ${JSON.stringify(calls)} calls\n`);
  expect(calls).toEqual({ pauses: 1, deliveries: 2_000, intents: 1_000 });
});
