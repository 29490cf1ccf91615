import { createAgent } from 'laneway/agent';
import { account } from '../../../shared/domain/evidence/conversation.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { parcels, WeighParcel } from '../../kit/applications/parcel-topology.js';

const desk = (publishes: boolean) =>
  createAgent(parcels, 'desk').handle({
    ParcelArrived: ({ data }, { publish }) => {
      if (publishes) publish(WeighParcel, { parcel: data.parcel });
    },
    ParcelWeighed: () => undefined,
  });

test('an event that inherited a deadline is handled after it, and acknowledged by message', async () => {
  const stand = agentStand(desk(false).with({}));
  const deadline = new Date(stand.clock.now() + 10_000).toISOString();
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { deadline }));
  stand.clock.advance(30_000);
  expect(await stand.receive()).toEqual([]);
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'completed' });
  expect(stand.letters()).toEqual([]);
  expect(stand.bus.published).toMatchObject([{ type: 'MessageAcknowledged' }]);
});

test('a reply that is ready just after the deadline is published: whoever closes requests records it as late', async () => {
  const agent = createAgent(parcels, 'scales').handle({
    WeighParcel: ({ data }) => {
      stand.clock.advance(10_000);
      return { parcel: data.parcel, grams: 7 };
    },
  });
  const stand = agentStand(agent.with({}));
  const deadline = new Date(stand.clock.now() + 5_000).toISOString();
  stand.deliver(stand.envelope('WeighParcel', { parcel: 'p' }, { requestid: 'r', receiver: 'scales', deadline }));
  expect(await stand.receive()).toEqual([]);
  expect(await stand.record('WeighParcel-1')).toMatchObject({ state: 'completed' });
  expect(stand.bus.published).toMatchObject([{ type: 'ParcelWeighed', requestid: 'r' }]);
});

test('a request still cannot be made after the inherited deadline', async () => {
  const stand = agentStand(desk(true).with({}));
  const deadline = new Date(stand.clock.now() + 10_000).toISOString();
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { deadline }));
  stand.clock.advance(30_000);
  await stand.receive();
  expect(stand.letters()).toMatchObject([{ reason: 'permanent', error: { code: 'REQUEST_TIMED_OUT' } }]);
});

test('a request with seconds left goes to its receiver, which alone can settle its delivery', async () => {
  const stand = agentStand(desk(true).with({}));
  const deadline = new Date(stand.clock.now() + 4_000).toISOString();
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { deadline }));
  expect(await stand.receive()).toEqual([]);
  const [request] = stand.bus.published.filter(({ type }) => type === 'WeighParcel');
  expect(request).toMatchObject({ deadline, receiver: 'scales' });
  expect(stand.timers.size).toBe(1);
});

test('a crash between the pending record and the command loses no command, even when the request is over by then', async () => {
  const stand = agentStand(desk(true).with({}));
  stand.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'slow down' }));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toHaveLength(1);
  const emission = (await stand.record('ParcelArrived-1'))?.emissions.find(({ type }) => type === 'WeighParcel');
  const at = new Date(stand.clock.now()).toISOString();
  await stand.pending.close(emission?.requestid ?? '', { state: 'timed-out', by: 'timer', at });
  stand.bus.refuse();
  stand.clock.advance(10_000);
  expect(await stand.receive()).toEqual([]);
  expect(stand.bus.published.map(({ id }) => id)).toContain(emission?.id);
  // Its receiver alone can give it an outcome; until then it is in flight.
  const { missing } = account(await stand.ledger.conversation('conversation-1'));
  expect(missing).toContainEqual(
    expect.objectContaining({ messageId: emission?.id, receiver: 'scales', type: 'WeighParcel' }),
  );
});
