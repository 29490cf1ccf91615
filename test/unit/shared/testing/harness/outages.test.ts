import { createAgent } from 'laneway/agent';
import { createHarness, OUTAGE_PORTS, type Harness, type OutageKind } from 'laneway/testing';
import { OrderPlaced, ReserveStock, shop } from '../../../../kit/applications/fixture-topology.js';
import { runningShop } from '../../../../kit/stands/running-shop.js';

/** Publishes an order. @returns the code and the text of the client's error, or `taken` */
async function placed(world: Harness, order = 'o-1'): Promise<string> {
  try {
    await world.publish(OrderPlaced, { order }, { correlationId: order });
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
}

test('an outage begins and ends by the clock of the world, and strikes each call meanwhile', async () => {
  const { world } = runningShop();
  world.faults.outage({ port: 'intents', from: '1 minute', for: '10 minutes' });
  expect(await placed(world, 'before')).toBe('taken');
  await world.advance('1 minute');
  expect(await placed(world, 'begun')).toContain('ServiceUnavailable');
  await world.advance('599 seconds');
  expect(await placed(world, 'nearly-over')).toContain('ServiceUnavailable');
  await world.advance('1 second');
  expect(await placed(world, 'over')).toBe('taken');
});

test.each<[OutageKind, string]>([
  ['unavailable', 'ServiceUnavailable'],
  ['throttled', 'ThrottlingException'],
  ['denied', 'AccessDeniedException'],
])('%s: stores and bus answer %s', async (kind, name) => {
  for (const port of ['intents', 'bus'] as const) {
    const { world } = runningShop();
    world.faults.outage({ port, kind, for: '1 hour' });
    expect(await placed(world)).toContain(name);
    expect(world.published).toEqual([]);
  }
});

test('a share of the calls is chosen by the seed', async () => {
  const run = async (seed: number): Promise<string> => {
    const { world } = runningShop(seed);
    world.faults.outage({ port: 'intents', for: '1 day', share: 0.4 });
    const answers: string[] = [];
    for (let index = 0; index < 40; index++) answers.push((await placed(world, `o-${index}`)) === 'taken' ? '.' : 'x');
    return answers.join('');
  };
  const [once, again, other] = [await run(1), await run(1), await run(2)];
  expect(once).toBe(again);
  expect(once).not.toBe(other);
  expect(once).toMatch(/\./);
  expect(once).toMatch(/x/);
});

test('of one process only: the others reach the port', async () => {
  const { world } = runningShop();
  world.faults.outage({ port: 'bus', for: '10 seconds', who: 'clerk' });
  expect(await placed(world)).toBe('taken');
  await world.advance('9 seconds');
  const types = () => new Set(world.published.map(({ type }) => type));
  // What the scanner publishes goes out, what the clerk does waits.
  expect(types()).toContain('ShelfCounted');
  expect(types()).not.toContain('ReserveStock');
  await world.settle();
  expect(types()).toContain('ReserveStock');
});

test('every port can be in trouble, and the world ends as without it', async () => {
  for (const port of OUTAGE_PORTS) {
    const { world } = runningShop();
    world.faults.outage({ port, for: '20 seconds' });
    await placed(world);
    await world.advance('20 seconds');
    if (world.conversations().length === 0) await placed(world);
    await world.settle();
    const { account, sequence } = world.conversation('o-1');
    expect({ port, account, sequence }).toMatchObject({ account: { completed: account.expected, atRest: true } });
  }
});

test('a slow store takes time on the clock, also of the client that waits for it', async () => {
  const { world } = runningShop();
  world.faults.outage({ port: 'intents', kind: 'slow', takes: '7 seconds', for: '1 minute' });
  const before = world.now().getTime();
  expect(await placed(world)).toBe('taken');
  expect(world.now().getTime() - before).toBe(7_000);
  await world.settle();
  expect(world.conversation('o-1').account).toMatchObject({ missing: [], atRest: true });
});

test('a function ends whose store takes longer than it has, and its work is done later', async () => {
  const { world } = runningShop();
  world.faults.outage({ port: 'pending', kind: 'slow', takes: '2 minutes', who: 'replies', for: '5 minutes' });
  await placed(world);
  await world.settle();
  expect(world.faults.struck).toBeGreaterThan(0);
  const { account } = world.conversation('o-1');
  expect(account).toMatchObject({ completed: account.expected, missing: [], atRest: true });
});

test('an outage of what is no port, of no kind, of more than all calls is refused with what is allowed', () => {
  const { faults } = runningShop().world;
  const begin = (own: object) => () => faults.outage({ port: 'bus', for: '1 minute', ...own });
  expect(begin({ port: 'buss' })).toThrow(/an outage of 'buss'[\s\S]*did you mean 'bus'/);
  expect(begin({ kind: 'lost' })).toThrow(/'lost'[\s\S]*unavailable/);
  expect(begin({ share: 1.5 })).toThrow(/1\.5[\s\S]*0 to 1/);
});

test('cleared faults strike no more', async () => {
  const { world } = runningShop();
  world.faults.outage({ port: 'bus', for: '1 day' });
  world.faults.clear();
  expect(await placed(world)).toBe('taken');
});

test('a request over an outage of bus and stores is answered when it is over', async () => {
  const warehouse = createAgent(shop, 'warehouse').handle({
    ReserveStock: ({ data }) => ({ ...data, reserved: true }),
    OrderPlaced: () => undefined,
  });
  const world = createHarness(shop, { agents: [warehouse] });
  for (const port of ['bus', 'deliveries', 'pending'] as const)
    world.faults.outage({ port, from: '1 second', for: '3 minutes', who: 'warehouse' });
  world.faults.delay('2 seconds', { type: 'ReserveStock' });
  expect(await world.request(ReserveStock, { order: 'o-1' }, { timeout: '1 hour' })).toMatchObject({ reserved: true });
});
