import { createAgent, PermanentError } from 'laneway/agent';
import { createHarness, harnessMatchers } from 'laneway/testing';
import { OrderPlaced, ReserveStock, shop, StockReserved } from '../../../../kit/applications/fixture-topology.js';
import { PARTS, runningShop } from '../../../../kit/stands/running-shop.js';

const warehouse = (handle: (order: string, tries: number) => { order: string; reserved: boolean }) =>
  createAgent(shop, 'warehouse')
    .handle({ ReserveStock: ({ data }, { tries }) => handle(data.order, tries), OrderPlaced: () => undefined })
    .with({});

test('an order goes through every agent, over the bus and directly, and the account closes', async () => {
  const { world, witness } = runningShop();
  const { correlationId } = await world.publish(OrderPlaced, { order: 'o-1' });
  expect(world.conversation(correlationId).account).toMatchObject({ expected: 2, atRest: false });
  await world.settle();
  const conversation = world.conversation(correlationId);
  // The order at two agents, three commands, three replies and a scan; nobody hears the acknowledgements and the count.
  expect(conversation.account).toMatchObject({ expected: 9, completed: 9, atRest: true, missing: [] });
  expect(witness.answered).toHaveLength(PARTS);
  expect(witness.scanned).toHaveLength(1);
  expect(conversation.messages(StockReserved).map(({ from }) => from)).toEqual(Array(PARTS).fill('agent.warehouse'));
});

test('a request is answered, and runs out on the fake clock when nobody answers', async () => {
  const answering = createHarness(shop, { agents: [warehouse((order) => ({ order, reserved: true }))] });
  const asked = { order: 'o-1' };
  expect(await answering.request(ReserveStock, asked, { timeout: '1 minute' })).toEqual({ ...asked, reserved: true });

  const silent = createHarness(shop, { agents: [] });
  const before = silent.now().getTime();
  await expect(silent.request(ReserveStock, asked, { timeout: '20 minutes' })).rejects.toMatchObject({
    code: 'REQUEST_TIMED_OUT',
  });
  expect(silent.now().getTime() - before).toBe(20 * 60_000);
  const [conversation] = silent.conversations().map((id) => silent.conversation(id));
  expect(conversation?.messages({ name: 'RequestTimedOut' })).toHaveLength(1);
});

test('a request whose handler refuses for good fails, with the dead letter in the conversation', async () => {
  const world = createHarness(shop, {
    agents: [
      warehouse(() => {
        throw new PermanentError('the shelf is gone');
      }),
    ],
  });
  await expect(world.request(ReserveStock, { order: 'o-1' }, { timeout: '1 minute' })).rejects.toThrow('shelf is gone');
  const [conversation] = world.conversations().map((id) => world.conversation(id));
  expect(conversation?.account).toMatchObject({ deadLettered: 1, withoutLetter: [] });
  expect(conversation?.sequence).toContain('dead letter of warehouse');
});

test('a failing handler is tried again after its backoff, which only the clock brings', async () => {
  const tries: number[] = [];
  const world = createHarness(shop, {
    agents: [
      warehouse((order, count) => {
        tries.push(count);
        if (count < 3) throw new Error('not yet');
        return { order, reserved: true };
      }),
    ],
  });
  const began = world.now().getTime();
  await world.request(ReserveStock, { order: 'o-1' }, { timeout: '1 minute' });
  expect(tries).toEqual([1, 2, 3]);
  expect(world.now().getTime()).toBeGreaterThan(began);
});

test("a foreign event comes in by its ingress, a stranger's goes nowhere", async () => {
  const { world, witness } = runningShop();
  const detail = { anything: true };
  world.putEvent({ source: 'com.example.market', 'detail-type': 'Order', detail });
  world.putEvent({ source: 'com.example.other', 'detail-type': 'Order', detail });
  await world.settle();
  expect(world.conversations()).toHaveLength(1);
  expect(witness.reserved).toHaveLength(PARTS);
});

test('advance goes so far and no further', async () => {
  const { world, witness } = runningShop();
  world.faults.delay('30 seconds', { type: 'OrderPlaced', receiver: 'clerk' });
  await world.publish(OrderPlaced, { order: 'o-1' });
  const began = world.now().getTime();
  await world.advance('29 seconds');
  expect(witness.reserved).toHaveLength(0);
  await world.advance('2 seconds');
  expect(witness.reserved).toHaveLength(PARTS);
  expect(world.now().getTime() - began).toBe(31_000);
});

test('what was dropped and nobody sends again is missing, by name', async () => {
  const { world } = runningShop();
  world.faults.drop({ type: 'StockReserved', receiver: 'clerk' });
  const { correlationId } = await world.publish(OrderPlaced, { order: 'o-1' });
  await world.settle();
  const { account, sequence } = world.conversation(correlationId);
  expect(account.missing).toMatchObject([{ receiver: 'clerk', type: 'StockReserved' }]);
  expect(sequence).toContain('StockReserved -> clerk (missing)');
});

test('what a client published and the bus dropped is sent again by the sweeper', async () => {
  const { world } = runningShop();
  world.faults.drop({ type: 'OrderPlaced', receiver: 'clerk' });
  const { correlationId } = await world.publish(OrderPlaced, { order: 'o-1' });
  await world.settle();
  expect(world.conversation(correlationId).account).toMatchObject({ completed: 9, atRest: true });
});

test('a client publishes what it declares, and an agent belongs to its topology', async () => {
  const { world } = runningShop();
  await expect(world.publish(StockReserved, { order: 'o', reserved: true })).rejects.toThrow('clients that do: (none)');
  await expect(world.publish(OrderPlaced, { order: 'o' }, { as: 'nobody' })).rejects.toMatchObject({
    code: 'UNKNOWN_CLIENT',
  });
  expect(() => {
    world.faults.storeErrors(2);
  }).toThrow('allowed: 0 to 1');
});

test('the same seed gives the same run', async () => {
  const run = async (seed: number) => {
    const { world } = runningShop(seed);
    world.faults.reorder('1 minute');
    world.faults.storeErrors(0.1);
    for (const order of ['a', 'b', 'c']) {
      await world.publish(OrderPlaced, { order }, { correlationId: order }).catch(() => undefined);
    }
    await world.settle();
    return { at: world.now().getTime(), published: world.published.map(({ type, time }) => `${time} ${type}`) };
  };
  expect(await run(7)).toEqual(await run(7));
  expect((await run(7)).published).not.toEqual((await run(8)).published);
});

test('the matcher prints the conversation', async () => {
  const { world } = runningShop();
  const { correlationId } = await world.publish(OrderPlaced, { order: 'o-1' });
  await world.settle();
  const { pass, message } = harnessMatchers.toHaveEnded(world.conversation(correlationId), 'scheduled');
  expect(pass).toBe(false);
  expect(message()).toContain('client.web-shop publishes OrderPlaced (normal) for clerk, warehouse');
});
