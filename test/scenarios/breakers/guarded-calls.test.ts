import { createAgent } from 'laneway/agent';
import { BreakerChanged, command, event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';

// A clerk writes orders into a system outside, which fails for a while. Somebody reads what becomes of breakers.

const Ordered = event('Ordered', z.object({ order: z.string() }));
const office = defineTopology('office', {
  channels: { orders: { carries: [Ordered], qos: { priorities: ['normal'], expires: '1 day', tries: 3 } } },
  agents: { clerk: { subscribes: ['orders'] }, reader: { subscribes: ['system.breakers'] } },
  clients: { shop: { publishes: [Ordered] } },
});

const OPERATOR = { by: 'ana', why: 'the other side moves house' };
let world: Harness;
let side: { fails: boolean; asked: number; readonly written: string[] };
let told: string[];

beforeEach(() => {
  side = { fails: false, asked: 0, written: [] };
  told = [];
  const clerk = createAgent(office, 'clerk').handle({
    Ordered: ({ data: { order } }, { guard }) =>
      guard(
        'books',
        () => {
          side.asked++;
          if (side.fails) throw new Error('no answer');
          side.written.push(order);
        },
        { failureThreshold: 3, recoveryTimeout: '1 minute' },
      ),
  });
  const reader = createAgent(office, 'reader').handle({
    BreakerChanged: ({ data: { guard, state, turn } }) => void told.push(`${turn} ${guard} ${state}`),
  });
  world = createHarness(office, { agents: [clerk.with({}), reader.with({})] });
});

const order = (from: number, to: number) =>
  Promise.all(Array.from({ length: to - from }, (_, one) => world.publish(Ordered, { order: `o${from + one}` })));

it('messages wait while the other side is away, and none loses more tries than the threshold took', async () => {
  side.fails = true;
  const receipts = await order(0, 40);
  await world.advance('3 hours');
  expect(side.written).toEqual([]);
  side.fails = false;
  await world.settle();
  expect([...side.written].sort()).toEqual([...Array(40).keys()].map((one) => `o${one}`).sort());
  for (const { correlationId } of receipts) expect(world.conversation(correlationId).account.deadLettered).toBe(0);
});

it('each change is told once, in one message of the platform', async () => {
  side.fails = true;
  await order(0, 10);
  await world.advance('90 seconds');
  side.fails = false;
  await world.settle();
  const turns = told.map((one) => Number(one.split(' ')[0]));
  expect(new Set(turns).size).toBe(told.length);
  expect([...turns].sort((a, b) => a - b)).toEqual(turns.map((_, one) => one + 1));
  const last = Math.max(...turns);
  expect(told).toContain(`${last} books closed`);
  expect(told).toContain('1 books open');
  expect(told).toContain('2 books half-open');
  const published = world.published.filter(({ type }) => type === BreakerChanged.name);
  expect(published.map(({ source }) => source)).toEqual(published.map(() => 'laneway.office.platform.ledger-stream'));
});

it('a stream that comes twice, and a bus that fails, tell nothing twice', async () => {
  world.faults.duplicate({ copies: 2 });
  world.faults.outage({ port: 'bus', for: '10 minutes', who: 'ledger-stream' });
  side.fails = true;
  await order(0, 5);
  await world.advance('2 minutes');
  side.fails = false;
  await world.settle();
  expect(new Set(told).size).toBe(told.length);
  expect(told).toContain('1 books open');
});

describe('an operator', () => {
  it('sees breakers from their first call on', async () => {
    expect(await world.breakers.list()).toEqual([]);
    await order(0, 1);
    await world.settle();
    expect(await world.breakers.list()).toMatchObject([{ agent: 'clerk', name: 'books', state: 'closed' }]);
    expect(await world.breakers.list('reader')).toEqual([]);
  });

  it('opens one until it is reset: no call is tried, nothing is lost', async () => {
    await order(0, 1);
    await world.settle();
    expect(await world.breakers.trip('clerk', 'books', OPERATOR)).toMatchObject({ state: 'open', tripped: OPERATOR });
    await world.advance('10 seconds');
    side.asked = 0;
    const receipts = await order(1, 6);
    await world.advance('5 hours');
    expect(side.asked).toBe(0);
    await world.breakers.reset('clerk', 'books', OPERATOR);
    await world.settle();
    expect(side.written).toHaveLength(6);
    for (const { correlationId } of receipts) {
      const delivered = world.conversation(correlationId).entries.filter(({ kind }) => kind === 'delivery');
      expect(delivered).toMatchObject([{ delivery: { state: 'completed', tries: 1 } }]);
    }
    const notes = world.conversation('breaker:clerk:books').entries;
    expect(notes).toMatchObject([
      { kind: 'operator', operator: { action: 'trip', ...OPERATOR, breaker: { agent: 'clerk', name: 'books' } } },
      { kind: 'operator', operator: { action: 'reset' } },
    ]);
  });

  it('changes nothing twice, and notes nothing twice', async () => {
    await order(0, 1);
    await world.settle();
    const first = await world.breakers.trip('clerk', 'books', OPERATOR);
    expect(await world.breakers.trip('clerk', 'books', { ...OPERATOR, by: 'ben' })).toEqual(first);
    expect(world.conversation('breaker:clerk:books').entries).toHaveLength(1);
  });

  it('is told of a breaker or an agent that is none, and asked for a reason', async () => {
    await order(0, 1);
    await world.settle();
    const { breakers } = world;
    await expect(breakers.trip('clerk', 'boks', OPERATOR)).rejects.toMatchObject({
      code: 'UNKNOWN_BREAKER',
      message: expect.stringContaining("did you mean 'books'?") as string,
    });
    await expect(breakers.reset('reader', 'books', OPERATOR)).rejects.toMatchObject({ code: 'UNKNOWN_BREAKER' });
    await expect(breakers.trip('nobody', 'books', OPERATOR)).rejects.toMatchObject({ code: 'UNKNOWN_AGENT' });
    await expect(breakers.list('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_AGENT' });
    await expect(breakers.trip('clerk', 'books', { by: 'ana', why: ' ' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});

it('a request that waits at an open breaker ends by its deadline, as ever', async () => {
  const Written = event('Written', z.object({ order: z.string() }));
  const Write = command('Write', z.object({ order: z.string() }), { reply: Written });
  const shop = defineTopology('writing', {
    channels: { orders: { carries: [Write] }, results: { carries: [Written] } },
    agents: { clerk: { subscribes: ['orders'] } },
    clients: { shop: { publishes: [Write] } },
  });
  const clerk = createAgent(shop, 'clerk').handle({
    Write: async ({ data }, { guard }) => {
      await guard('books', () => Promise.reject(new Error('no answer')), { failureThreshold: 1 });
      return data;
    },
  });
  const harness = createHarness(shop, { agents: [clerk.with({})] });
  const asked = harness.request(Write, { order: 'o' }, { timeout: '5 minutes' });
  await expect(asked).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT' });
});
