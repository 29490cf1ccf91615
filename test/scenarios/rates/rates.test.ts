import { createAgent } from 'laneway/agent';
import { BusyError } from 'laneway/client';
import { event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { RateLimiter } from '../../../shared/domain/rate/rate-limiter.js';
import { publishMessage } from '../../../shared/publishing/publish-message.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';

// Orders, drafts and alarms come faster than anybody wants them; a clerk calls a system that bears ten a second.

const Ordered = event('Ordered', z.object({ order: z.number() }));
const Drafted = event('Drafted', z.object({ draft: z.number() }));
const Rang = event('Rang', z.object({ bell: z.number() }));
const Seen = event('Seen', z.object({ thing: z.number() }));
const Filed = event('Filed', z.object({ file: z.number() }));

const ten = { perSecond: 10, burst: 20 } as const;
const office = defineTopology('office', {
  channels: {
    orders: { carries: [Ordered], rateLimit: { ...ten, exact: true } },
    drafts: { carries: [Drafted], rateLimit: { ...ten, onLimit: 'delay' } },
    bells: { carries: [Rang, Seen] },
    files: { carries: [Filed], rateLimit: { perSecond: 1, burst: 2, by: 'tenant' } },
  },
  agents: {
    clerk: { subscribes: ['orders', 'drafts', 'files'] },
    ringer: { subscribes: ['bells'], pace: { perSecond: 10, burst: 5 } },
  },
  clients: {
    shop: { publishes: [Ordered, Drafted, Rang, Filed] },
    kiosk: { publishes: [Rang], rateLimit: { perSecond: 1, burst: 3 } },
  },
  ingress: {
    camera: {
      ...{ pattern: { source: ['com.example.camera'] }, as: Seen, map: ({ detail }) => detail },
      rateLimit: { perSecond: 2, burst: 4 },
    },
    gate: {
      ...{ pattern: { source: ['com.example.gate'] }, as: Seen, map: ({ detail }) => detail },
      rateLimit: { perSecond: 2, burst: 4, onLimit: 'dead-letter' },
    },
  },
});

let handled: { what: string; at: number }[];
let world: Harness;
const agents = () => {
  const note = (what: string) => void handled.push({ what, at: world.now().getTime() });
  return [
    createAgent(office, 'clerk')
      .handle({
        Ordered: ({ data }) => note(`ordered ${data.order}`),
        Drafted: ({ data }) => note(`drafted ${data.draft}`),
        Filed: ({ data }) => note(`filed ${data.file}`),
      })
      .with({}),
    createAgent(office, 'ringer')
      .handle({ Rang: ({ data }) => note(`rang ${data.bell}`), Seen: ({ data }) => note(`seen ${data.thing}`) })
      .with({}),
  ];
};

beforeEach(() => {
  handled = [];
  world = createHarness(office, { agents: agents() });
});

/** Most instants within any stretch of time, less what flows in meanwhile. */
function mostAtOnce(instants: readonly number[], perSecond: number): number {
  const sorted = instants.toSorted((a, b) => a - b);
  let most = 0;
  for (const [first, from] of sorted.entries())
    for (const [more, to] of sorted.slice(first).entries())
      most = Math.max(most, more + 1 - ((to - from) * perSecond) / 1_000);
  return most;
}

it.each([1, 2, 3])(
  'eight publishers of one exact channel never exceed burst and refill in any window (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const parts = { topology: office, agents: agents(), workflows: [], random };
    const inside = new HarnessWorld(parts);
    world = harnessOver(inside, parts);
    const publishers = Array.from({ length: 8 }, () => ({
      ...publisherOf(office, { kind: 'client', name: 'shop' }, inside.ports),
      rates: {
        ...{ limiter: new RateLimiter(), clock: inside.clock, rates: inside.rates },
        wait: () => Promise.reject(new Error('it waits')),
      },
    }));
    const sent: number[] = [];
    let refused = 0;
    for (let order = 0; order < 600; order++) {
      await Promise.all(
        publishers.map(async (publishing) => {
          if (random() < 0.5) return;
          try {
            await publishMessage(publishing, Ordered, { order });
            sent.push(inside.clock.now());
          } catch (error) {
            if (!(error instanceof BusyError)) throw error;
            expect(error).toMatchObject({ code: 'BUSY', retryable: true });
            expect(error.retryAfterMs).toBeGreaterThan(0);
            refused++;
          }
        }),
      );
      inside.clock.advanceTo(inside.clock.now() + Math.floor(random() * 200));
    }
    expect(mostAtOnce(sent, 10)).toBeLessThanOrEqual(20 + 1e-6);
    expect(sent.length).toBeGreaterThan(0.8 * 10 * 60);
    expect(refused).toBeGreaterThan(100);
    await world.settle();
    // What was refused left nothing behind; what was not, arrived once.
    expect(handled).toHaveLength(sent.length);
    expect(world.conversations()).toHaveLength(sent.length);
  },
);

it('a channel that delays has its client wait, and refuses what would wait for longer than half a minute', async () => {
  const at: number[] = [];
  const publish = async (draft: number) => {
    await world.publish(Drafted, { draft });
    at.push(world.now().getTime());
  };
  const began = world.now().getTime();
  for (let draft = 0; draft < 50; draft++) await publish(draft);
  expect(at.filter((time) => time === began)).toHaveLength(20);
  expect(Math.max(...at) - began).toBe(3_000);
  expect(mostAtOnce(at, 10)).toBeLessThanOrEqual(20 + 1e-6);
  // Many at once have turns one after the other, as far as half a minute goes.
  const many = await Promise.allSettled([...Array(400).keys()].map((draft) => world.publish(Drafted, { draft })));
  const reasons = many.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  expect(reasons).toHaveLength(100);
  expect(reasons[0]).toMatchObject({ code: 'BUSY' });
});

it('a client has its own limit on every channel', async () => {
  for (let bell = 0; bell < 3; bell++) await world.publish(Rang, { bell }, { as: 'kiosk' });
  const refused = world.publish(Rang, { bell: 3 }, { as: 'kiosk' });
  await expect(refused).rejects.toMatchObject({ code: 'BUSY', retryAfterMs: 1_000 });
  await expect(refused).rejects.toThrow('client.kiosk takes no more now: there is room again in 1000 ms');
  await world.publish(Rang, { bell: 4 }, { as: 'shop' });
  await world.advance('1 second');
  await world.publish(Rang, { bell: 5 }, { as: 'kiosk' });
});

it('tenants have a limit each', async () => {
  for (const tenant of ['a', 'b'])
    for (let file = 0; file < 2; file++) await world.publish(Filed, { file }, { tenant });
  await expect(world.publish(Filed, { file: 2 }, { tenant: 'a' })).rejects.toMatchObject({ code: 'BUSY' });
  await world.publish(Filed, { file: 2 }, { tenant: 'c' });
});

it('an ingress takes so many a second: what is over waits its turn, or is a dead letter', async () => {
  const put = (source: string, thing: number): void =>
    world.putEvent({ source: `com.example.${source}`, 'detail-type': 'Seen', detail: { thing } });
  for (let thing = 0; thing < 30; thing++) put('camera', thing);
  await world.settle();
  expect(handled).toHaveLength(30);
  expect(new Set(handled.map(({ what }) => what)).size).toBe(30);
  expect(Math.max(...handled.map(({ at }) => at)) - Math.min(...handled.map(({ at }) => at))).toBeGreaterThanOrEqual(
    12_000,
  );

  handled.length = 0;
  for (let thing = 100; thing < 110; thing++) put('gate', thing);
  await world.settle();
  expect(handled).toHaveLength(4);
  const letters = world
    .conversations()
    .flatMap((id) => world.conversation(id).entries.filter(({ kind }) => kind === 'dead-letter'));
  expect(letters).toHaveLength(6);
});

it('an agent takes no more than its pace, however many come, and each waits for its turn once', async () => {
  const publish = (bell: number) => world.publish(Rang, { bell }, { as: 'shop' });
  const receipts = await Promise.all([...Array(500).keys()].map(publish));
  await world.settle();
  const at = handled.map((one) => one.at);
  expect(at).toHaveLength(500);
  // Copies come back at whole seconds.
  expect(mostAtOnce(at, 10)).toBeLessThanOrEqual(5 + 10);
  expect((Math.max(...at) - Math.min(...at)) / 1_000).toBeGreaterThanOrEqual(48);
  for (const { correlationId } of receipts) {
    const deliveries = world.conversation(correlationId).entries.filter(({ kind }) => kind === 'delivery');
    expect(deliveries).toMatchObject([{ delivery: { state: 'completed', tries: 1 } }]);
  }
});

it.each([
  [{ perSecond: 0 }, 'orders.rateLimit.perSecond is 0'],
  [{ perSecond: 1, burst: 0.5 }, 'rateLimit.burst is 0.5'],
  [{ perSecond: 1, onLimit: 'dead-letter' as const }, "rateLimit.onLimit is 'dead-letter'"],
])('a limit of %j is refused', (rateLimit, told) => {
  const declare = () =>
    defineTopology('office', { channels: { orders: { carries: [Ordered], rateLimit } }, agents: {} });
  expect(declare).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
  expect(declare).toThrow(told.replace('orders.', "channels['orders']."));
});
