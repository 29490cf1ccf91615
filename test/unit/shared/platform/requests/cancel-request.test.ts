import { deliveryKeyOf } from '../../../../../shared/domain/delivery/delivery.js';
import { createAgent } from 'laneway/agent';
import { createHarness } from 'laneway/testing';
import { RequestCancelled, RequestFailed } from '../../../../../shared/message/system-messages.js';
import { requestIdOf } from '../../../../../shared/domain/request/requester.js';
import { cancelRequest } from '../../../../../shared/platform/requests/cancel-request.js';
import { closeRequest } from '../../../../../shared/platform/requests/close-request.js';
import type { Emission } from '../../../../../shared/domain/delivery/delivery.js';
import { derivedId } from '../../../../../shared/domain/base/ids.js';
import { guarded, LiftItem, SortItem } from '../../../../kit/applications/guard-topology.js';
import {
  commandsOf,
  enquiry,
  fire,
  hear,
  replyOverTheBus,
  recordedRungs,
  statesOf,
} from '../../../../kit/stands/enquiry-world.js';
import {
  commandAt,
  envelopeAt,
  openRequest,
  overTheBus,
  platformWorld,
} from '../../../../kit/stands/platform-world.js';

const CLIENT = 'laneway.fixture-shop.client.web-shop';

/** A request that a workflow waits for, or whoever `waiter` says, and what takes it back. */
async function waiting(kind: 'workflow' | 'client' = 'client', requester = 'client.web-shop') {
  const world = platformWorld();
  const now = world.clock.now();
  const command = { ...commandAt(now), receiver: 'warehouse' };
  await openRequest(world, command, 'token-1');
  world.wait('token-1');
  const requestid = command.requestid ?? '';
  const record = await world.pending.get(requestid);
  if (!record) throw new Error('no request');
  const own = {
    ...record,
    requestId: requestIdOf(requester, requestid),
    waiter: { kind: 'client' as const },
    receiver: 'warehouse',
  };
  await world.pending.open(own);
  const requestId = kind === 'client' ? own.requestId : requestid;
  const cancellation = (more: { source?: string; correlationid?: string } = {}) =>
    envelopeAt(
      world.clock.now(),
      RequestCancelled.name,
      { requestId, why: 'nobody waits' },
      {
        ...{ id: 'cancel-1', source: CLIENT, channel: 'system.cancellations', correlationid: command.correlationid },
        ...{ requestid: requestId, ...more },
      },
    );
  const key = deliveryKeyOf(kind === 'client' ? { ...command, source: CLIENT } : command, 'warehouse');
  return { world, command, requestId, cancellation, key };
}

const copyOf = (envelope: Parameters<typeof overTheBus>[0], copy = 'c1') => ({ copy, body: overTheBus(envelope) });

describe('taking a request back', () => {
  it('ends it as failed, and leaves a tombstone for its command', async () => {
    const { world, requestId, cancellation, key } = await waiting();
    await closeRequest(copyOf(cancellation()), world);
    expect((await world.pending.get(requestId))?.outcome).toMatchObject({
      ...{ state: 'failed', by: 'cancel-1' },
      error: { code: 'CANCELLED', message: 'nobody waits' },
    });
    const facts = { type: 'ReserveStock' } as never;
    const lease = await world.deliveries.lease(key, facts, { owner: 'o', now: 1, until: 2, alone: true });
    expect(lease).toMatchObject({ kind: 'cancelled', cancellation: { by: 'cancel-1', why: 'nobody waits' } });
    const [entry] = await world.entries(key.correlationId, 'request');
    expect(entry).toMatchObject({ request: { state: 'failed', by: 'cancel-1', requestId } });
    expect(world.deadLetters.sent).toEqual([]);
  });

  it('is for who made it: another kind of sender, or another conversation, is a dead letter', async () => {
    const { world, requestId, cancellation } = await waiting('workflow');
    await closeRequest(copyOf(cancellation()), world);
    expect(world.deadLetters.sent).toMatchObject([{ reason: 'not-allowed', error: { code: 'SENDER_MISMATCH' } }]);
    expect((await world.pending.get(requestId))?.outcome).toBeUndefined();
    const own = await waiting();
    await closeRequest(copyOf(own.cancellation({ correlationid: 'elsewhere' })), own.world);
    expect(own.world.deadLetters.sent).toMatchObject([{ error: { code: 'SENDER_MISMATCH' } }]);
    const platform = own.cancellation({ source: 'laneway.fixture-shop.platform.replies' });
    await closeRequest(copyOf(platform), own.world);
    expect((await own.world.pending.get(own.requestId))?.outcome).toMatchObject({ state: 'failed' });
  });

  it('is not for another client, nor for a source of no publisher', async () => {
    const others = await waiting('client', 'client.kiosk');
    await closeRequest(copyOf(others.cancellation()), others.world);
    expect(others.world.deadLetters.sent).toMatchObject([
      { reason: 'not-allowed', error: { code: 'SENDER_MISMATCH' } },
    ]);
    expect((await others.world.pending.get(others.requestId))?.outcome).toBeUndefined();
    const platforms = await waiting('workflow');
    const nobodys = platforms.cancellation({ source: 'somebody' });
    await expect(cancelRequest(nobodys, platforms.world)).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
  });

  it('leaves its ladder: no rung follows, and the ledger says why', async () => {
    const asked = await enquiry();
    await fire(asked);
    const [command] = commandsOf(asked);
    if (!command) throw new Error('nobody was asked');
    const own = { id: 'cancel-1', type: RequestCancelled.name, channel: 'system.cancellations', replyto: undefined };
    const body = replyOverTheBus(command, 'sage', {
      ...own,
      source: 'laneway.enquiries.client.counter',
      dataschema: 'urn:laneway:RequestCancelled:1',
      data: { requestId: asked.requestId, why: 'nobody waits' },
    });
    await hear(asked, body);
    await hear(asked, body);
    const rungs = await recordedRungs(asked);
    expect(rungs.map(({ rung }) => rung)).toEqual(['abort']);
    expect(rungs[0]).toMatchObject({ because: { state: 'failed', by: 'cancel-1', error: { code: 'CANCELLED' } } });
    await fire(asked);
    expect(commandsOf(asked)).toHaveLength(1);
    expect(await statesOf(asked)).toEqual(['failed']);
  });

  it('leaves an outcome as it is', async () => {
    const { world, requestId, cancellation, key } = await waiting();
    const outcome = { state: 'timed-out', by: 'timer', at: new Date().toISOString() } as const;
    await world.pending.close(requestId, outcome);
    await closeRequest(copyOf(cancellation()), world);
    expect((await world.pending.get(requestId))?.outcome).toEqual(outcome);
    expect(await world.deliveries.cancel(key, { by: 'b', why: 'w', at: outcome.at })).toEqual({ kind: 'marked' });
  });

  it('comes again while the command is handled, and then takes back what that asked for, once', async () => {
    const { world, cancellation, command, key } = await waiting();
    const now = world.clock.now();
    const until = now + 60_000;
    await world.deliveries.lease(key, {} as never, { owner: 'o', now, until, alone: true });
    await expect(closeRequest(copyOf(cancellation()), world)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    const emission: Emission = {
      ...{ id: 'child-1', type: 'ReserveStock', dataschema: 'urn:laneway:ReserveStock:1', channel: 'stock.request' },
      ...{ priority: 'high', time: command.time, expires: command.expires, expected: ['warehouse'] },
    };
    const emissions = [
      { ...emission, requestid: 'child-1', replyto: 'StockReserved' },
      { ...emission, id: 'reply-1', type: 'StockReserved', requestid: command.requestid ?? '' },
      { ...emission, id: 'event-1', type: 'OrderPlaced' },
    ];
    await world.deliveries.settle(key, 'o', { state: 'completed', copy: 'x', at: now + 1, emissions });
    await closeRequest(copyOf(cancellation(), 'c2'), world);
    await closeRequest(copyOf(cancellation(), 'c3'), world);
    const told = world.bus.published.filter(({ type }) => type === RequestCancelled.name);
    expect(new Set(told.map(({ id }) => id))).toEqual(
      new Set([derivedId(RequestCancelled.name, 'child-1', 'cancel-1')]),
    );
    expect(told[0]).toMatchObject({
      ...{ source: 'laneway.fixture-shop.platform.test', requestid: 'child-1', causationid: 'cancel-1' },
      data: { requestId: 'child-1', why: 'nobody waits' },
    });
  });

  it('waits for the end of a handling no longer than the longest one lasts', async () => {
    const { world, cancellation, key } = await waiting();
    const now = world.clock.now();
    await world.deliveries.lease(key, {} as never, { owner: 'o', now, until: now + 3_600_000, alone: true });
    const early = cancellation();
    world.clock.advance(16 * 60_000);
    await closeRequest(copyOf(early), world);
    expect((await world.deliveries.get(key))?.cancelled).toMatchObject({ by: 'cancel-1' });
  });
});

describe('RequestFailed of an agent', () => {
  const failed = (world: ReturnType<typeof platformWorld>, requestid: string, correlationid: string, agent: string) =>
    envelopeAt(
      world.clock.now(),
      RequestFailed.name,
      { requestId: requestid, type: 'ReserveStock', code: 'TOO_LATE', message: 'no time', attempt: 1 },
      { source: `laneway.fixture-shop.agent.${agent}`, channel: 'system.timeouts', requestid, correlationid },
    );

  it('ends a request whose command the agent handles, and no other', async () => {
    const { world, requestId, command } = await waiting();
    const { agents } = world.topology.model;
    // As if both declared `needs`: what is checked here is who handles the command.
    const both = Object.fromEntries(
      Object.entries(agents).map(([id, agent]) => [id, { ...agent, publishes: [...agent.publishes, 'RequestFailed'] }]),
    );
    const topology = { ...world.topology, model: { ...world.topology.model, agents: both } };
    const services = { ...world, topology };
    await closeRequest(copyOf(failed(world, requestId, command.correlationid, 'scanner')), services);
    expect(world.deadLetters.sent).toMatchObject([{ reason: 'not-allowed', error: { code: 'NOT_DECLARED' } }]);
    expect((await world.pending.get(requestId))?.outcome).toBeUndefined();
    await closeRequest(copyOf(failed(world, requestId, command.correlationid, 'warehouse')), services);
    expect((await world.pending.get(requestId))?.outcome).toMatchObject({
      ...{ state: 'failed', error: { code: 'TOO_LATE' } },
    });
  });
});

test('in a whole application a cancellation travels to what the cancelled work had asked for', async () => {
  const started: string[] = [];
  const sorter = createAgent(guarded, 'sorter').handle({
    SortItem: ({ data }, { publish, replyLater }) => {
      started.push('sorter');
      publish(LiftItem, { item: data.item });
      return replyLater({ key: data.item, within: '1 hour' });
    },
    Lifted: () => undefined,
  });
  const lifter = createAgent(guarded, 'lifter').handle({
    LiftItem: () => {
      started.push('lifter');
      throw new Error('the lift is stuck');
    },
  });
  const world = createHarness(guarded, { agents: [sorter.with({}), lifter.with({})] });
  const { requestId = '', correlationId } = await world.publish(SortItem, { item: 'a' });
  // Both have been asked, and the lifter is to try again.
  await world.advance('200 milliseconds');
  expect(started).toEqual(['sorter', 'lifter']);
  expect(await world.cancel(requestId, 'nobody waits')).toBe(true);
  await world.settle();
  expect(started).toEqual(['sorter', 'lifter']);
  expect(await world.cancel(requestId, 'again')).toBe(false);

  const { entries, account } = world.conversation(correlationId);
  const deliveries = entries.flatMap((entry) => (entry.kind === 'delivery' ? [entry.delivery] : []));
  expect(deliveries.find(({ receiver }) => receiver === 'lifter')).toMatchObject({
    ...{ state: 'expired', tries: 1, error: { code: 'CANCELLED' }, cancelled: { why: 'nobody waits' } },
  });
  const requests = entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request] : []));
  expect(requests.map(({ type, state }) => `${type} ${state}`).sort()).toEqual(['LiftItem failed', 'SortItem failed']);
  expect(entries.filter((entry) => entry.kind === 'dead-letter')).toEqual([]);
  expect(account).toMatchObject({ completed: 1, expired: 1, deadLettered: 0, atRest: true });
});
