import { deliveryKeyOf, factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import { createAgent, LanewayError, PermanentError } from 'laneway/agent';
import { payloadPlace, putText } from '../../../../../shared/domain/delivery/claim-check.js';
import { agentStand } from '../../../../kit/stands/agent-stand.js';
import { ParcelArrived, parcels, WeighParcel } from '../../../../kit/applications/parcel-topology.js';

/** The desk asks for the weight of each parcel that arrives. */
function desk(onArrival: (parcel: string) => void = () => undefined) {
  return createAgent(parcels, 'desk').handle({
    ParcelArrived: ({ data }, { publish }) => {
      onArrival(data.parcel);
      publish(WeighParcel, { parcel: data.parcel });
    },
    ParcelWeighed: () => undefined,
  });
}

function scales(weigh: (parcel: string) => number) {
  return createAgent(parcels, 'scales').handle({
    WeighParcel: ({ data }) => ({ parcel: data.parcel, grams: weigh(data.parcel) }),
  });
}

test('a handled message has one outcome, and what it published is sent after that', async () => {
  const stand = agentStand(desk().with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toEqual([]);
  expect(stand.lane.size).toBe(0);
  const record = await stand.record('ParcelArrived-1');
  expect(record).toMatchObject({ state: 'completed', tries: 1 });
  expect(stand.bus.published.map((envelope) => envelope.type)).toEqual(['WeighParcel', 'MessageAcknowledged']);
  expect(stand.bus.published[0]).toMatchObject({
    source: 'laneway.parcels.agent.desk',
    correlationid: 'conversation-1',
    causationid: 'ParcelArrived-1',
    hops: 1,
    receiver: 'scales',
  });
});

test('a request has its timer, then its pending record, then its command', async () => {
  const stand = agentStand(desk().with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  await stand.receive();
  const request = stand.bus.published[0]?.requestid ?? '';
  expect(await stand.pending.get(request)).toMatchObject({
    type: 'WeighParcel',
    replyType: 'ParcelWeighed',
    waiter: { kind: 'agent', id: 'desk' },
  });
  expect(stand.timers.size).toBe(1);
});

test('the return value of a command handler is its reply, with the request id', async () => {
  const stand = agentStand(scales(() => 7).with({}));
  stand.deliver(stand.envelope('WeighParcel', { parcel: 'p' }, { requestid: 'r', receiver: 'scales' }));
  await stand.receive();
  expect(stand.bus.published).toMatchObject([
    { type: 'ParcelWeighed', requestid: 'r', data: { parcel: 'p', grams: 7 } },
  ]);
});

test('a handler that always fails is started exactly as often as the profile says, then dead-lettered; its neighbours go through', async () => {
  const started: string[] = [];
  const stand = agentStand(
    desk((parcel) => {
      started.push(parcel);
      if (parcel === 'bad') throw new Error('it leaks');
    }).with({}),
  );
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'bad' }, { id: 'bad' }));
  for (let index = 0; index < 9; index++)
    stand.deliver(stand.envelope('ParcelArrived', { parcel: `good-${index}` }, { id: `good-${index}` }));
  for (let round = 0; round < 10; round++) {
    await stand.receive();
    stand.clock.advance(120_000);
  }
  expect(started.filter((parcel) => parcel === 'bad')).toHaveLength(3);
  expect(started.filter((parcel) => parcel !== 'bad')).toHaveLength(9);
  expect(stand.letters()).toMatchObject([
    { reason: 'exhausted', tries: 3, receiver: 'desk', error: { code: 'HANDLER', message: 'it leaks' } },
  ]);
  expect(await stand.record('bad')).toMatchObject({ state: 'dead-lettered', tries: 3 });
  expect(stand.lane.size).toBe(0);
});

test('a failed try waits out its backoff', async () => {
  const stand = agentStand(
    desk(() => {
      throw new Error('no');
    }).with({}),
  );
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toHaveLength(1);
  expect(stand.lane.depth).toBe(0);
  stand.clock.advance(1_000);
  expect(stand.lane.depth).toBe(1);
});

test('an error of a handler has its stack, also after messages that were refused', async () => {
  const stacks: (string | undefined)[] = [];
  const failing = desk(() => {
    const error = new PermanentError('no such parcel');
    stacks.push(error.stack);
    throw error;
  });
  const stand = agentStand(failing.with({}));
  stand.lane.send('no JSON');
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 7 }, { id: 'wrong' }));
  stand.deliver(
    stand.envelope('ParcelArrived', { parcel: 'p' }, { id: 'stranger', source: 'laneway.parcels.client.x' }),
  );
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  await stand.receive();
  expect(stand.letters().map(({ reason }) => reason)).toEqual(['unparseable', 'schema', 'not-allowed', 'permanent']);
  expect(stacks).toEqual([expect.stringContaining('handle-copy.test')]);
});

test('a permanent error dead-letters at once', async () => {
  const stand = agentStand(
    desk(() => {
      throw new PermanentError('no such parcel');
    }).with({}),
  );
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toEqual([]);
  expect(stand.letters()).toMatchObject([{ reason: 'permanent', tries: 1 }]);
});

test('a reply that does not fit its type is a dead letter, and nothing is published', async () => {
  const stand = agentStand(scales(() => -1).with({}));
  stand.deliver(stand.envelope('WeighParcel', { parcel: 'p' }, { requestid: 'r', receiver: 'scales' }));
  await stand.receive();
  expect(stand.letters()).toMatchObject([{ reason: 'permanent', error: { code: 'HANDLER_RESULT' } }]);
  expect(stand.bus.published).toEqual([]);
});

test('a duplicate of a completed delivery is acknowledged and publishes nothing', async () => {
  const stand = agentStand(desk().with({}));
  const envelope = stand.envelope('ParcelArrived', { parcel: 'p' });
  stand.deliver(envelope);
  await stand.receive();
  const sent = stand.bus.published.length;
  stand.deliver(envelope);
  expect(await stand.receive()).toEqual([]);
  expect(stand.bus.published).toHaveLength(sent);
});

test('the copy that wrote the outcome sends the same messages again, and the handler does not run again', async () => {
  let runs = 0;
  const stand = agentStand(
    desk(() => {
      runs++;
    }).with({}),
  );
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  stand.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'slow down' }));
  expect(await stand.receive()).toHaveLength(1);
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'completed' });
  stand.bus.refuse();
  stand.clock.advance(10_000);
  expect(await stand.receive()).toEqual([]);
  expect(runs).toBe(1);
  const record = await stand.record('ParcelArrived-1');
  expect(stand.bus.published.map(({ id }) => id)).toEqual(record?.emissions.map(({ id }) => id));
});

test('emissions over 32 KB stand in the payload store, and redelivery sends them from there', async () => {
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: (_message, { publish }) => {
      for (let index = 0; index < 5; index++) publish(WeighParcel, { parcel: `${index}`.repeat(10_000) });
    },
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(agent.with({}));
  stand.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'slow down' }));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  await stand.receive();
  expect(await stand.record('ParcelArrived-1')).toMatchObject({
    emissions: [],
    emissionsRef: expect.stringContaining('/kept=emissions/') as string,
  });
  stand.bus.refuse();
  stand.clock.advance(10_000);
  await stand.receive();
  expect(stand.bus.published).toHaveLength(6);
});

test('a payload over 200 KB travels by reference and is read at the other end', async () => {
  const seen: string[] = [];
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: ({ data }, { publish }) => {
      seen.push(data.note ?? '');
      publish(WeighParcel, { parcel: 'x'.repeat(210_000) });
    },
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(agent.with({}));
  const { data: _data, ...envelope } = stand.envelope('ParcelArrived', {});
  const text = JSON.stringify({ parcel: 'p', note: 'from the store' });
  stand.deliver({ ...envelope, ...(await putText(payloadPlace(envelope), text, stand.payloads)) });
  await stand.receive();
  expect(seen).toEqual(['from the store']);
  expect(stand.bus.published[0]?.data).toBeUndefined();
  expect(stand.bus.published[0]?.dataref).toContain('agent.desk/channel=parcel.weighing/conversation-1/');
});

test('what the bus refuses for good is a dead letter of its own', async () => {
  const stand = agentStand(desk().with({}));
  stand.bus.refuse(({ type }) =>
    type === 'WeighParcel' ? { ok: false, retryable: false, code: 'NotAuthorized', message: 'no' } : undefined,
  );
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toEqual([]);
  expect(stand.letters()).toMatchObject([{ reason: 'refused', error: { code: 'REFUSED' } }]);
});

test('a message that somebody else works on goes back until his lease ends', async () => {
  const stand = agentStand(desk().with({}));
  const envelope = stand.envelope('ParcelArrived', { parcel: 'p' });
  const now = stand.clock.now();
  const key = deliveryKeyOf(envelope, 'desk');
  await stand.deliveries.lease(key, factsOf(envelope), { owner: 'other', now, until: now + 20_000, alone: true });
  stand.deliver(envelope);
  expect(await stand.receive()).toHaveLength(1);
  stand.clock.advance(20_000);
  expect(await stand.receive()).toEqual([]);
  expect(await stand.record(envelope.id)).toMatchObject({ state: 'completed', tries: 2 });
});

test('a process that dies counts a try only if the message ran alone', async () => {
  const stand = agentStand(desk().with({}));
  const envelope = stand.envelope('ParcelArrived', { parcel: 'p' });
  const key = deliveryKeyOf(envelope, 'desk');
  const die = async (alone: boolean) => {
    const now = stand.clock.now();
    const lease = await stand.deliveries.lease(key, factsOf(envelope), {
      owner: `o${now}`,
      now,
      until: now + 1_000,
      alone,
    });
    stand.clock.advance(2_000);
    return lease;
  };
  expect(await die(false)).toEqual({ kind: 'leased', tries: 1 });
  expect(await die(false)).toEqual({ kind: 'suspect' });
  expect(await die(true)).toEqual({ kind: 'leased', tries: 1 });
  expect(await die(true)).toEqual({ kind: 'leased', tries: 2 });
  expect(await die(true)).toEqual({ kind: 'leased', tries: 3 });
  stand.deliver(envelope);
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'q' }, { id: 'other' }));
  expect(await stand.receive()).toEqual([]);
  expect(stand.letters()).toMatchObject([{ reason: 'crashed', tries: 3 }]);
  expect(await stand.record('other')).toMatchObject({ state: 'completed' });
});

test('messages that cannot start in the remaining time go back untried', async () => {
  const stand = agentStand(desk().with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive(10, 2_000)).toHaveLength(1);
  expect(await stand.record('ParcelArrived-1')).toBeUndefined();
  expect(stand.lane.depth).toBe(1);
});

test('an agent acknowledges its own event without an item', async () => {
  const agent = createAgent(parcels, 'auditor').handle({
    otherwise: () => {
      throw new Error('must not run');
    },
  });
  const stand = agentStand(agent.with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { source: 'laneway.parcels.agent.auditor' }));
  expect(await stand.receive()).toEqual([]);
  expect(await stand.record('ParcelArrived-1')).toBeUndefined();
});

test('a reply that is put off is given in a later handling, into the conversation of its command', async () => {
  const agent = createAgent(parcels, 'scales').handle({
    WeighParcel: ({ data }, { replyLater }) => replyLater({ key: data.parcel, within: '1 hour' }),
  });
  const stand = agentStand(agent.with({}));
  stand.deliver(stand.envelope('WeighParcel', { parcel: 'p' }, { requestid: 'r', receiver: 'scales' }));
  await stand.receive();
  expect(stand.bus.published).toEqual([]);
  expect(await stand.services.deferredReplies.get('scales', 'WeighParcel', 'p')).toMatchObject({
    envelope: { requestid: 'r', correlationid: 'conversation-1' },
  });
});

test('a store that fails makes the message come again, with nothing lost', async () => {
  const stand = agentStand(desk().with({}));
  const settle = stand.deliveries.settle.bind(stand.deliveries);
  stand.deliveries.settle = () => Promise.reject(new Error('the table is gone'));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toHaveLength(1);
  expect(stand.bus.published).toEqual([]);
  stand.deliveries.settle = settle;
  stand.clock.advance(120_000);
  expect(await stand.receive()).toEqual([]);
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'completed' });
  expect(ParcelArrived.name).toBe('ParcelArrived');
});

test('leases that a store takes and refuses to take back make no crash of the message, however often', async () => {
  let starts = 0;
  const stand = agentStand(desk(() => (starts += 1)).with({}));
  const { settle, giveBack } = stand.deliveries;
  const refuse = () => Promise.reject(new LanewayError('UNAVAILABLE', 'the ledger is away'));
  Object.assign(stand.deliveries, { settle: refuse, giveBack: refuse });
  const expires = new Date(stand.clock.now() + 24 * 3_600_000).toISOString();
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { expires }));
  for (let round = 0; round < 6; round++) {
    await stand.receive();
    stand.clock.advance(3_600_000);
  }
  Object.assign(stand.deliveries, { settle, giveBack });
  await stand.receive();
  expect(stand.letters()).toEqual([]);
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'completed', tries: 1 });
  expect(starts).toBe(7);
});
