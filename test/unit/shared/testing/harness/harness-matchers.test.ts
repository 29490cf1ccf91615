import * as runner from '@jest/globals';
import { createAgent, PermanentError } from 'laneway/agent';
import { createHarness, type HarnessConversation } from 'laneway/testing';
import { harnessMatchers } from 'laneway/testing/jest';
import {
  OrderPlaced,
  ReserveStock,
  ScanShelf,
  shop,
  StockReserved,
} from '../../../../kit/applications/fixture-topology.js';
import { runningShop } from '../../../../kit/stands/running-shop.js';

expect.extend(harnessMatchers);

/** A conversation at rest in which an order was reserved in parts, and its shelf scanned. */
async function ordered(): Promise<HarnessConversation> {
  const { world } = runningShop();
  const { correlationId } = await world.publish(OrderPlaced, { order: 'o-1' });
  await world.settle();
  return world.conversation(correlationId);
}

/** One in which the warehouse refuses for good. */
async function refused(): Promise<HarnessConversation> {
  const warehouse = createAgent(shop, 'warehouse').handle({
    ReserveStock: () => {
      throw new PermanentError('the shelf is gone');
    },
    OrderPlaced: () => undefined,
  });
  const world = createHarness(shop, { agents: [warehouse] });
  const { correlationId } = await world.publish(ReserveStock, { order: 'o-1' }, { deadline: '1 minute' });
  await world.settle();
  return world.conversation(correlationId);
}

/** The message with which an assertion fails. */
function failure(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the assertion holds');
}

describe('toHavePublished', () => {
  it('finds a message by type and by some fields of its payload', async () => {
    const conversation = await ordered();
    expect(conversation).toHavePublished(OrderPlaced);
    expect(conversation).toHavePublished(OrderPlaced, { order: 'o-1' });
    expect(conversation).toHavePublished(StockReserved, { reserved: true });
    expect(conversation).toHavePublished(ScanShelf, { shelf: expect.stringMatching(/^o-1\//) as string });
    expect(conversation).not.toHavePublished(StockReserved, { reserved: false });
    expect(conversation).not.toHavePublished(OrderPlaced, { order: expect.any(Number) as never });
    expect(conversation).not.toHavePublished({ ...OrderPlaced, name: 'OrderCancelled' });
  });

  it('says what was expected and what there is', async () => {
    const conversation = await ordered();
    const other = failure(() => expect(conversation).toHavePublished(OrderPlaced, { order: 'o-2' }));
    expect(other).toContain('expected OrderPlaced with {"order":"o-2"} to have been published; found:');
    expect(other).toContain('OrderPlaced from client.web-shop: {"order":"o-1"}');
    expect(other).toContain('deliveries expected');
    const any = { order: expect.stringContaining('x') as string };
    expect(failure(() => expect(conversation).toHavePublished(OrderPlaced, any))).toContain(
      '{"order":"StringContaining"}',
    );
    const cancelled = { ...OrderPlaced, name: 'OrderCancelled' };
    expect(failure(() => expect(conversation).toHavePublished(cancelled))).toMatch(
      /expected OrderCancelled to have been published; published were: OrderPlaced, /,
    );
    expect(failure(() => expect(conversation).not.toHavePublished(OrderPlaced))).toContain(
      'expected not OrderPlaced to',
    );
    const empty = runningShop().world.conversation('none');
    expect(failure(() => expect(empty).toHavePublished(OrderPlaced))).toContain('nothing was published');
  });
});

describe('toHaveReplied', () => {
  it('finds the reply to a request, by its fields', async () => {
    const conversation = await ordered();
    expect(conversation).toHaveReplied(ReserveStock);
    expect(conversation).toHaveReplied(ReserveStock, { reserved: true });
    expect(conversation).not.toHaveReplied(ReserveStock, { reserved: false });
    expect(await refused()).not.toHaveReplied(ReserveStock);
  });

  it('takes no event for a reply that answers nothing', async () => {
    const clerk = createAgent(shop, 'clerk').handle({ otherwise: () => undefined });
    const world = createHarness(shop, { agents: [clerk] });
    const { correlationId } = await world.publish(OrderPlaced, { order: 'o-1' });
    await world.advance('1 minute');
    const conversation = world.conversation(correlationId);
    expect(failure(() => expect(conversation).toHaveReplied(ReserveStock))).toContain('no ReserveStock was requested');
  });

  it('says what was expected and what there is', async () => {
    const conversation = await ordered();
    const other = failure(() => expect(conversation).toHaveReplied(ReserveStock, { reserved: false }));
    expect(other).toContain(
      'expected ReserveStock to have been answered by StockReserved with {"reserved":false}; found:',
    );
    expect(other).toContain('StockReserved from agent.warehouse: {"order":"o-1/');
    const silent = await refused();
    expect(failure(() => expect(silent).toHaveReplied(ReserveStock))).toContain(
      '1 requested, none answered by StockReserved',
    );
    expect(() => expect(conversation).toHaveReplied(ScanShelf as never)).toThrow(/ScanShelf names no reply/);
  });
});

describe('toHaveDeadLetter', () => {
  it('finds a dead letter by its fields', async () => {
    const conversation = await refused();
    expect(conversation).toHaveDeadLetter();
    expect(conversation).toHaveDeadLetter({ receiver: 'warehouse', type: 'ReserveStock', reason: 'permanent' });
    expect(conversation).not.toHaveDeadLetter({ receiver: 'clerk' });
    expect(conversation).not.toHaveDeadLetter({ receiver: 'warehouse', reason: 'schema' });
    expect(await ordered()).not.toHaveDeadLetter();
  });

  it('says what was expected and what there is', async () => {
    const conversation = await refused();
    const other = failure(() => expect(conversation).toHaveDeadLetter({ reason: 'schema' }));
    expect(other).toMatch(
      /expected a dead letter \{"reason":"schema"\}; dead letters:\n\{"receiver":"warehouse","reason":"permanent"/,
    );
    expect(other).toContain('dead letter of warehouse, permanent');
    const fine = await ordered();
    expect(failure(() => expect(fine).toHaveDeadLetter())).toContain('it has no dead letter');
  });
});

describe('toHaveCompleted', () => {
  it('holds when every delivery has, and there is one', async () => {
    expect(await ordered()).toHaveCompleted();
    expect(await refused()).not.toHaveCompleted();
    const { world } = runningShop();
    const { correlationId } = await world.publish(OrderPlaced, { order: 'o-1' });
    expect(world.conversation(correlationId)).not.toHaveCompleted();
    expect(world.conversation('none')).not.toHaveCompleted();
  });

  it('says what became of the others', async () => {
    const conversation = await refused();
    expect(failure(() => expect(conversation).toHaveCompleted())).toContain(
      'expected every delivery to have completed; 0 of 2 have: 0 expired, 1 dead letters, 1 in flight',
    );
  });
});

test('the matchers are known to the expect of @jest/globals, also of what a promise gives', async () => {
  runner.expect(await ordered()).toHavePublished(OrderPlaced, { order: 'o-1' });
  runner.expect(await ordered()).toHavePublished(OrderPlaced, { order: runner.expect.any(String) });
  runner.expect(await ordered()).not.toHavePublished(OrderPlaced, { order: runner.expect.any(Number) });
  await runner.expect(ordered()).resolves.toHaveReplied(ReserveStock, { reserved: true });
  await expect(refused()).resolves.not.toHaveCompleted();
});

test('what is no conversation is refused, with what to give', () => {
  const { world } = runningShop();
  for (const given of [world, undefined, Promise.resolve(), 'o-1'])
    expect(() => expect(given).toHaveCompleted()).toThrow(/not a conversation of the harness[^]*world\.conversation/);
});

/** The assertions are the compiler's; the function is never run. */
export function refusedByTheCompiler(conversation: HarnessConversation): void {
  // @ts-expect-error the payload has no such field
  expect(conversation).toHavePublished(OrderPlaced, { colour: 'red' });
  // @ts-expect-error the field is a boolean
  expect(conversation).toHaveReplied(ReserveStock, { reserved: 'yes' });
  // @ts-expect-error an event is not answered
  expect(conversation).toHaveReplied(OrderPlaced);
  // @ts-expect-error there is no such reason
  expect(conversation).toHaveDeadLetter({ reason: 'tired' });
  // @ts-expect-error a result is a name
  runner.expect(conversation).toHaveEnded(7);
}
