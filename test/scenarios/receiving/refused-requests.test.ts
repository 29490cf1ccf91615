import { createAgent } from 'laneway/agent';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { parcels, WeighParcel } from '../../kit/applications/parcel-topology.js';

/** The desk asks for two weights. */
function desk() {
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: ({ data }, { publish }) => {
      publish(WeighParcel, { parcel: `${data.parcel}-1` });
      publish(WeighParcel, { parcel: `${data.parcel}-2` });
    },
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(agent.with({}));
  const open = stand.pending.open.bind(stand.pending);
  /** The first request fails so, the second is opened. */
  const refuseFirst = (error: LanewayError): void => {
    let first = true;
    stand.pending.open = async (record) => {
      if (!first) return open(record);
      first = false;
      throw error;
    };
  };
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  return { stand, refuseFirst };
}

const sent = (stand: ReturnType<typeof agentStand>) =>
  stand.bus.published.map(({ type, data }) => `${type} ${(data as { parcel?: string }).parcel ?? ''}`.trim()).sort();

test('a request that can never be made is refused alone: everything else of the handling is sent', async () => {
  const { stand, refuseFirst } = desk();
  refuseFirst(new LanewayError('REFUSED', 'the request id is taken', { retryable: false }));
  expect(await stand.receive()).toEqual([]);
  expect(sent(stand)).toEqual(['MessageAcknowledged', 'WeighParcel p-2']);
  const record = await stand.record('ParcelArrived-1');
  expect(record?.state).toBe('completed');
  const [refused] = record?.emissions ?? [];
  expect(stand.letters()).toMatchObject([
    { ...{ reason: 'refused', receiver: 'scales', sender: 'desk' }, error: { message: 'the request id is taken' } },
  ]);
  // The row of the delivery is its receiver's, and an agent writes its own alone: the dead letter accounts for it.
  const key = {
    correlationId: 'conversation-1',
    messageId: refused?.id ?? '',
    origin: `agent.desk/${refused?.channel ?? ''}`,
    receiver: 'scales',
  };
  expect(refused).toBeDefined();
  expect(await stand.deliveries.get(key)).toBeUndefined();
});

test('one that cannot be made yet is repeated, after all others have been sent', async () => {
  const { stand, refuseFirst } = desk();
  refuseFirst(new LanewayError('UNAVAILABLE', 'the table throttles'));
  expect(await stand.receive()).toHaveLength(1);
  expect(sent(stand)).toEqual(['MessageAcknowledged', 'WeighParcel p-2']);
  expect(stand.letters()).toEqual([]);
  stand.clock.advance(10_000);
  expect(await stand.receive()).toEqual([]);
  expect(new Set(sent(stand))).toEqual(new Set(['MessageAcknowledged', 'WeighParcel p-1', 'WeighParcel p-2']));
});
