import { EventBridgeBus } from '../../shared/aws/events/event-bridge-bus.js';
import type { Envelope } from '../../shared/domain/wire/envelope.js';
import { MemoryBus } from '../../shared/testing/memory/memory-bus.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { anEnvelope } from '../kit/generators/sample-messages.js';
import { messageBusContract } from './suites/message-bus.contract.js';

describe('MemoryBus', () => {
  messageBusContract(() => {
    const bus = new MemoryBus();
    const received: Envelope[] = [];
    bus.subscribe((envelope) => void received.push(envelope));
    return Promise.resolve({ bus, received: () => Promise.resolve(received) });
  });

  it('refuses what a test wants refused, and only that', async () => {
    const bus = new MemoryBus();
    const refusal = { ok: false, retryable: false, code: 'NotAuthorizedForSourceException', message: 'no' } as const;
    bus.refuse((envelope) => (envelope.type === 'Bad' ? refusal : undefined));
    const good = anEnvelope();
    expect(await bus.publish([anEnvelope({ type: 'Bad' }), good])).toEqual([refusal, { ok: true }]);
    expect(bus.published).toEqual([good]);
    bus.refuse();
    expect(await bus.publish([anEnvelope({ type: 'Bad' })])).toEqual([{ ok: true }]);
  });
});

interface EventBridgeEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Envelope;
}

describeOnEngine('EventBridgeBus', (resources) => {
  messageBusContract(async () => {
    const queue = await resources.queue('bus-target');
    return {
      bus: new EventBridgeBus(resources.clients.eventBridge, await resources.bus(queue)),
      received: async (count) => {
        const bodies = await resources.drain(queue, count);
        const events = bodies.map((body) => JSON.parse(body) as EventBridgeEvent);
        // What receivers hold against the envelope, because IAM guards only these two.
        for (const event of events) {
          expect(event.source).toBe(event.detail.source);
          expect(event['detail-type']).toBe(event.detail.type);
        }
        return events.map((event) => event.detail);
      },
    };
  });
});
