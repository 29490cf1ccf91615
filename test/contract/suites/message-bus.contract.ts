import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import type { MessageBus } from '../../../shared/domain/wire/message-bus.js';
import { anEnvelope } from '../../kit/generators/sample-messages.js';

/** A bus, and what its subscriber has received of it (at least `count` messages, or what came in time). */
export interface BusUnderTest {
  readonly bus: MessageBus;
  received(count: number): Promise<Envelope[]>;
}

/** Demands on every {@link MessageBus}. */
export function messageBusContract(make: () => Promise<BusUnderTest>): void {
  let subject: BusUnderTest;
  beforeAll(async () => {
    subject = await make();
  });

  it('brings every envelope to the subscriber as it was, whatever its type', async () => {
    const envelopes = Array.from({ length: 25 }, (_, index) =>
      anEnvelope({
        type: `Type${index % 3}`,
        source: `laneway.sample.agent.sender-${index % 2}`,
        data: { index, text: 'grün "\u{1f697}"\n', nested: [{ a: null }, 1.5] },
      }),
    );
    const results = await subject.bus.publish(envelopes);
    expect(results).toEqual(envelopes.map(() => ({ ok: true })));
    const received = await subject.received(envelopes.length);
    const byId = new Map(received.map((envelope) => [envelope.id, envelope]));
    for (const envelope of envelopes) expect(byId.get(envelope.id)).toEqual(envelope);
  });

  it('takes nothing at all', async () => {
    expect(await subject.bus.publish([])).toEqual([]);
  });

  it('takes a message as big as one that travels inline may be', async () => {
    const envelope = anEnvelope({ data: 'x'.repeat(200_000) });
    expect(await subject.bus.publish([envelope])).toEqual([{ ok: true }]);
    expect(await subject.received(1)).toContainEqual(envelope);
  });
}
