import { createAgent } from 'laneway/agent';
import { contentKey } from '../../../../../shared/domain/delivery/claim-check.js';
import { loadEmissions } from '../../../../../shared/agent/receive/emissions.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { parcels, WeighParcel } from '../../../../kit/applications/parcel-topology.js';
import { agentStand } from '../../../../kit/stands/agent-stand.js';

/** A desk that asks for a weight, and a bus that refuses its messages for now. */
async function refused() {
  const desk = createAgent(parcels, 'desk').handle({
    ParcelArrived: ({ data }, { publish }) => void publish(WeighParcel, { parcel: data.parcel }),
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(desk.with({}));
  const publish = stand.bus.publish.bind(stand.bus);
  stand.bus.publish = (envelopes) =>
    Promise.resolve(envelopes.map(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'not now' })));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  expect(await stand.receive()).toHaveLength(1);
  return { ...stand, mend: () => (stand.bus.publish = publish) };
}

test('messages that could not be sent are noted on their outcome, so that the sweeper finds them without the copy', async () => {
  const { clock, deliveries, record } = await refused();
  expect(await record('ParcelArrived-1')).toMatchObject({ state: 'completed', unsent: { lineage: {} } });
  const found: string[] = [];
  for await (const { messageId } of deliveries.unsent(0, clock.now() + 3_600_000)) found.push(messageId);
  expect(found).toEqual(['ParcelArrived-1']);
});

test('once the copy could send them, they are noted as sent, and nobody sends them again', async () => {
  const { bus, clock, mend, receive, record } = await refused();
  mend();
  clock.advance(60_000);
  expect(await receive()).toEqual([]);
  expect(bus.published.filter(({ type }) => type === WeighParcel.name)).toHaveLength(1);
  const standing = await record('ParcelArrived-1');
  expect(standing?.unsent).toBeUndefined();
  expect(standing?.sent).toBeDefined();
});

test('a stored list of another form is refused, also under its own digest', async () => {
  const payloads = new MemoryPayloads();
  for (const text of ['{', '{"id":"e"}', '[{"id":"e","type":7}]', '[{"id":"e"}]', '[null]']) {
    const emissionsRef = contentKey('agent.desk/kept=emissions/c/m/o', text);
    await payloads.put(emissionsRef, text);
    await expect(loadEmissions({ emissions: [], emissionsRef }, 'desk', payloads)).rejects.toMatchObject({
      code: 'UNREADABLE',
    });
  }
});

test("a list below another's name is not read: the reader's right is wider than that of whoever wrote the row", async () => {
  const payloads = new MemoryPayloads();
  const read = (receiver: string, emissionsRef: string) =>
    loadEmissions({ emissions: [], emissionsRef }, receiver, payloads);
  for (const place of ['agent.desk/kept=emissions/c', 'agent.desk/channel=parcels/c', 'agent.desk2/kept=emissions/c']) {
    const key = contentKey(place, '[]');
    await payloads.put(key, '[]');
    await expect(read('scales', key)).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' });
    if (place.startsWith('agent.desk/kept')) expect(await read('desk', key)).toEqual([]);
    else await expect(read('desk', key)).rejects.toMatchObject({ code: 'PAYLOAD_MISMATCH' });
  }
});
