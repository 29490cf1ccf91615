import { createAgent, type Agent } from 'laneway/agent';
import { createHarness, type ReadyAgent } from 'laneway/testing';
import { ReserveStock, ShelfCounted, shop, smallest } from '../../../../kit/applications/fixture-topology.js';

interface Stock {
  readonly has: (order: string) => boolean;
}

const bare = createAgent(shop, 'warehouse').handle({
  ReserveStock: ({ data }) => ({ order: data.order, reserved: true }),
  OrderPlaced: () => undefined,
});
const needing: Agent<Stock> = createAgent(shop, 'warehouse')
  .needs<Stock>()
  .handle({
    ReserveStock: ({ data }, { deps }) => ({ order: data.order, reserved: deps.has(data.order) }),
    OrderPlaced: () => undefined,
  });
const reader = createAgent(smallest, 'reader').handle({ [ShelfCounted.name]: () => undefined });

test('an agent that needs nothing is given bare, beside one that is bound', async () => {
  const world = createHarness(shop, {
    agents: [bare, createAgent(shop, 'scanner').handle({ otherwise: () => undefined })],
  });
  expect(await world.request(ReserveStock, { order: 'o-1' }, { timeout: '1 minute' })).toEqual({
    order: 'o-1',
    reserved: true,
  });
  const bound = createHarness(shop, { agents: [needing.with({ has: () => false })] });
  expect(await bound.request(ReserveStock, { order: 'o-1' }, { timeout: '1 minute' })).toMatchObject({
    reserved: false,
  });
});

test('an agent that needs something is not taken bare', () => {
  // @ts-expect-error it needs a stock
  const refused: ReadyAgent = needing;
  expect(refused).toBe(needing);
});

test('errors name the agent and its place', () => {
  const given =
    (...agents: unknown[]) =>
    () =>
      createHarness(shop, { agents: agents as ReadyAgent[] });
  expect(given(bare, reader)).toThrow(/agents\[1\], 'reader', is of topology 'fixture-smallest'/);
  expect(given(bare, bare.with({}))).toThrow(/agents\[1\], 'warehouse', is given a second time/);
  expect(given(bare, undefined)).toThrow(/agents\[1\] is undefined, not an agent/);
  expect(given(createAgent(shop, 'clerk'))).toThrow(/agents\[0\] is the beginning of an agent.*\.handle/s);
});
