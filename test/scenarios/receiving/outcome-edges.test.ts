import { createAgent, PermanentError } from 'laneway/agent';
import { drainCopy } from '../../../shared/platform/dead-letters/drain-copy.js';
import { account } from '../../../shared/domain/evidence/conversation.js';
import { PAYLOAD_LIMIT_BYTES } from '../../../shared/domain/wire/json-form.js';
import { factsOf } from '../../../shared/domain/delivery/delivery.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { MemoryIntents } from '../../../shared/testing/memory/memory-intents.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { parcels, WeighParcel } from '../../kit/applications/parcel-topology.js';

const KEY = {
  correlationId: 'conversation-1',
  messageId: 'ParcelArrived-1',
  origin: 'client.gate/parcel.arrivals',
  receiver: 'desk',
};

function deskThat(handle: () => void | Promise<void>) {
  return createAgent(parcels, 'desk').handle({ ParcelArrived: handle, ParcelWeighed: () => undefined });
}

test('a handler that publishes more than the limit is dead-lettered at once, not started until it counts as crashed', async () => {
  let started = 0;
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: (_message, { publish }) => {
      started++;
      publish(WeighParcel, { parcel: 'x'.repeat(PAYLOAD_LIMIT_BYTES) });
    },
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(agent.with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toEqual([]);
  expect(started).toBe(1);
  expect(stand.letters()).toMatchObject([{ reason: 'refused', error: { code: 'TOO_LARGE' } }]);
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'dead-lettered', tries: 1 });
});

test('a payload store that fails after the handler gives the lease back with its try, so that the next one need not wait it out', async () => {
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: (_message, { publish }) => void publish(WeighParcel, { parcel: 'x'.repeat(210_000) }),
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(agent.with({}));
  const put = stand.payloads.put.bind(stand.payloads);
  stand.payloads.put = () => Promise.reject(new Error('the bucket is gone'));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toHaveLength(1);
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'retrying', tries: 0 });
  stand.payloads.put = put;
  stand.clock.advance(5_000);
  expect(await stand.receive()).toEqual([]);
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'completed' });
});

test('who lost the lease writes no dead letter and deletes nothing: the message is now another one’s', async () => {
  const agent = deskThat(async () => {
    // The process stood still beyond its lease, and somebody else took the message.
    stand.clock.advance(120_000);
    const now = stand.clock.now();
    const other = { owner: 'other', now, until: now + 60_000, alone: true };
    await stand.deliveries.lease(KEY, factsOf(stand.envelope('ParcelArrived', {})), other);
    throw new PermanentError('no such parcel');
  });
  const stand = agentStand(agent.with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toHaveLength(1);
  expect(stand.letters()).toEqual([]);
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'leased', owner: 'other' });
});

test('what the bus refuses for good is settled and has its letter at each receiver that was to get it', async () => {
  const agent = createAgent(parcels, 'scales').handle({
    WeighParcel: ({ data }) => ({ parcel: data.parcel, grams: 7 }),
  });
  const stand = agentStand(agent.with({}));
  stand.bus.refuse(({ type }) =>
    type === 'ParcelWeighed' ? { ok: false, retryable: false, code: 'NotAuthorized', message: 'no' } : undefined,
  );
  stand.deliver(stand.envelope('WeighParcel', { parcel: 'p' }, { requestid: 'r', receiver: 'scales' }));
  expect(await stand.receive()).toEqual([]);
  const letters = stand.letters();
  expect(letters).toMatchObject([
    { reason: 'refused', receiver: 'desk', sender: 'scales' },
    { reason: 'refused', receiver: 'auditor', sender: 'scales' },
  ]);
  const publishing = {
    ...{ topology: parcels, kind: 'platform' as const, name: 'dead-letters', clock: stand.clock },
    ...{ payloads: stand.payloads, senders: stand.services.senders, intents: { record: () => Promise.resolve() } },
  };
  for (const letter of letters) {
    await drainCopy(
      {
        copy: newId(),
        body: JSON.stringify(letter),
        attributes: {},
        origin: { kind: 'mailbox', receiver: 'scales' },
        returns: 0,
      },
      {
        ...stand.services,
        ...{ topology: parcels, ledger: stand.ledger, publishing: publishing as never, laneUrls: {}, starts: {} },
        ...{ intents: new MemoryIntents(stand.ledger, stand.payloads), pending: stand.pending },
        ...{ count: () => undefined, returns: { put: () => Promise.resolve() } },
      },
    );
  }
  const state = account(await stand.ledger.conversation('conversation-1'));
  expect(state).toMatchObject({ expected: 3, completed: 1, deadLettered: 2, atRest: true, withoutLetter: [] });
});

test('a refused command ends its request, as the agent that made it could not send it', async () => {
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: ({ data }, { publish }) => void publish(WeighParcel, { parcel: data.parcel }),
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(agent.with({}));
  stand.bus.refuse(({ type }) =>
    type === 'WeighParcel' ? { ok: false, retryable: false, code: 'NotAuthorized', message: 'no' } : undefined,
  );
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  await stand.receive();
  const [letter] = stand.letters();
  const publishing = {
    ...{ topology: parcels, kind: 'platform' as const, name: 'dead-letters', clock: stand.clock },
    ...{ payloads: stand.payloads, senders: stand.services.senders, intents: { record: () => Promise.resolve() } },
  };
  await drainCopy(
    {
      copy: 'c',
      body: JSON.stringify(letter),
      attributes: {},
      origin: { kind: 'mailbox', receiver: 'desk' },
      returns: 0,
    },
    {
      ...stand.services,
      ...{ topology: parcels, ledger: stand.ledger, publishing: publishing as never, laneUrls: {}, starts: {} },
      ...{ intents: new MemoryIntents(stand.ledger, stand.payloads), pending: stand.pending },
      ...{ count: () => undefined, returns: { put: () => Promise.resolve() } },
    },
  );
  expect(stand.bus.published.map(({ type }) => type)).toContain('RequestFailed');
});

test('a reply to a command of another conversation is accounted for there, not where it was given', async () => {
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: () => undefined,
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(agent.with({}));
  const lease = { owner: 'o', now: stand.clock.now(), until: stand.clock.now() + 1_000, alone: true };
  await stand.deliveries.lease(KEY, factsOf(stand.envelope('ParcelArrived', {})), lease);
  const reply = {
    ...{ id: 'reply', type: 'ParcelWeighed', dataschema: 'urn:laneway:ParcelWeighed:2', channel: 'parcel.weights' },
    ...{ priority: 'normal' as const, time: new Date(0).toISOString(), expires: new Date(0).toISOString() },
    ...{ requestid: 'r', correlationid: 'conversation-2', expected: ['desk', 'auditor'] },
  };
  await stand.deliveries.settle(KEY, 'o', { state: 'completed', copy: 'c', at: stand.clock.now(), emissions: [reply] });
  const here = account(await stand.ledger.conversation('conversation-1'));
  expect(here).toMatchObject({ expected: 1, completed: 1, atRest: true });
});
