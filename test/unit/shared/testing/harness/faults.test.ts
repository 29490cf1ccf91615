import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { HarnessWorld } from '../../../../../shared/testing/harness/harness-world.js';
import { enquiries, EnquiryMade } from '../../../../kit/applications/enquiry-topology.js';
import { enquire } from '../../../../kit/applications/enquiry-workflow.js';
import { OrderPlaced, shop } from '../../../../kit/applications/fixture-topology.js';
import { PARTS, runningShop, triesOf } from '../../../../kit/stands/running-shop.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const order = (world: Harness) => world.publish(OrderPlaced, { order: 'o-1' }, { correlationId: 'o-1' });

test.each(['after-handler', 'before-outcome', 'before-emit', 'mid-emit', 'after-outcome'] as const)(
  'a process that freezes %s wakes after its lease, and one try has its effect',
  async (at) => {
    const { world, witness } = runningShop();
    world.faults.freeze('clerk', { at, for: '1 hour' });
    const before = world.now().getTime();
    await order(world);
    await world.settle();
    expect(world.faults.struck).toBe(at === 'mid-emit' ? 0 : 1);
    expect(world.now().getTime() - before).toBeGreaterThanOrEqual(at === 'mid-emit' ? 0 : HOUR_MS);
    const { account, sequence } = world.conversation('o-1');
    expect({ account, sequence }).toMatchObject({ account: { completed: account.expected, atRest: true } });
    expect([...triesOf('o-1', witness.reserved).values()].map((parts) => parts.size)).toEqual([PARTS]);
  },
);

test('a process freezes at any of its calls, by chance', async () => {
  const { world } = runningShop(4);
  world.faults.freeze('warehouse', { for: '20 minutes', probability: 0.5, times: 3 });
  await order(world);
  await world.settle();
  expect(world.faults.struck).toBe(3);
  const { account } = world.conversation('o-1');
  expect(account).toMatchObject({ completed: account.expected, atRest: true });
});

test.each([
  [{ slow: '10 minutes' }, -600_000],
  [{ fast: '2 hours' }, 7_200_000],
] as const)('a client whose clock is %j stamps its messages so', async (by, ms) => {
  const { world } = runningShop();
  world.faults.skew('web-shop', by);
  await order(world);
  const [message] = world.conversation('o-1').messages(OrderPlaced);
  expect(Date.parse(message?.time ?? '') - world.now().getTime()).toBe(ms);
  expect(world.faults.struck).toBe(1);
});

test('the clock of one agent is its own: what it publishes is stamped by it, what others publish is not', async () => {
  const { world } = runningShop();
  world.faults.skew('clerk', { fast: '1 minute' });
  const before = world.now().getTime();
  await order(world);
  await world.advance('1 second');
  const at = (type: string) => Date.parse(world.published.find((one) => one.type === type)?.time ?? '') - before;
  expect(at('ReserveStock')).toBeGreaterThanOrEqual(MINUTE_MS);
  expect(at('StockReserved')).toBeLessThan(MINUTE_MS);
});

test('purged queues are empty: of an agent, of one of its lanes, of a function of the platform', async () => {
  const { world, witness } = runningShop();
  await order(world);
  expect(world.faults.purge('clerk/normal')).toBe(1);
  expect(world.faults.purge('warehouse')).toBe(1);
  await world.advance('10 seconds');
  expect(witness.scanned).toEqual([]);
  expect(world.faults.purge('deadlines')).toBe(0);
  expect(() => world.faults.purge('clark')).toThrow(/'clark' has no queue[\s\S]*an agent/);
});

test('an agent that is not there has its lanes purged too', async () => {
  const world = createHarness(shop, { agents: [] });
  await order(world);
  expect(world.faults.purge('warehouse')).toBe(1);
});

test('a copy that is older than its queue keeps it is gone between two tries', async () => {
  const Watched = event('Watched', z.object({ what: z.string() }));
  const tower = defineTopology('tower', {
    channels: {
      sights: {
        carries: [Watched],
        qos: { tries: 9, backoff: { first: '25 minutes', most: '25 minutes' }, expires: '1 day' },
      },
    },
    agents: { guard: { subscribes: ['sights'] } },
    clients: { eye: { publishes: [Watched] } },
  });
  const tries = async (retained: '1 hour' | undefined): Promise<number> => {
    let tried = 0;
    const guard = createAgent(tower, 'guard').handle({
      Watched: () => {
        tried++;
        throw new Error('not yet');
      },
    });
    const world = createHarness(tower, { agents: [guard] });
    if (retained) world.faults.retain(retained);
    await world.publish(Watched, { what: 'smoke' });
    await world.advance('20 hours');
    return tried;
  };
  expect(await tries(undefined)).toBe(9);
  expect(await tries('1 hour')).toBeLessThan(5);
});

test('lanes keep copies for four days, dead letter queues for fourteen, as deployed', () => {
  for (const age of [4, 14]) {
    const world = new HarnessWorld({ topology: shop, agents: [], workflows: [], random: () => 0.5 });
    const queue = age === 4 ? world.lanes.queue('clerk', 'normal') : world.lanes.deadLetters('clerk');
    queue?.send('a copy');
    world.clock.advance(age * 24 * HOUR_MS - 1);
    expect(queue?.receive(1, 0)).toHaveLength(1);
    world.clock.advance(1);
    expect(queue?.receive(1, 0)).toEqual([]);
    expect(queue?.size).toBe(0);
  }
});

test('status events of executions are lost, late and doubled like copies on their way', async () => {
  const sage = createAgent(enquiries, 'sage').handle({ otherwise: () => ({ question: 'why', by: 'sage' }) as never });
  const run = async (make: (world: Harness) => void) => {
    const world = createHarness(enquiries, { agents: [sage], workflows: [enquire] });
    make(world);
    await world.publish(EnquiryMade, { question: 'why' }, { correlationId: 'q' });
    await world.advance('10 seconds');
    const soon = world.conversation('q').endings.length;
    await world.advance('61 minutes');
    return { struck: world.faults.struck, soon, later: world.conversation('q').endings.length };
  };
  expect(await run(() => undefined)).toEqual({ struck: 0, soon: 1, later: 1 });
  expect(await run(({ faults }) => faults.delay('1 hour', { receiver: 'workflow-events' }))).toEqual({
    ...{ struck: 1, soon: 0, later: 1 },
  });
  expect(await run(({ faults }) => faults.duplicate({ receiver: 'workflow-events', copies: 3 }))).toEqual({
    ...{ struck: 1, soon: 1, later: 1 },
  });
  expect(await run(({ faults }) => faults.drop({ receiver: 'workflow-events' }))).toMatchObject({ struck: 1, soon: 0 });
});
