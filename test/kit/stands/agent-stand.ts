import type { BoundAgent } from '../../../shared/agent/create-agent.js';
import type { Log } from '../../../shared/agent/context.js';
import { ProcessGuards } from '../../../shared/agent/receive/process-guards.js';
import { receiveBatch } from '../../../shared/agent/receive/receive-batch.js';
import type { Services } from '../../../shared/agent/receive/services.js';
import { parseDeadLetter, type DeadLetter } from '../../../shared/domain/delivery/dead-letter.js';
import { schemaUri, sourceOf, type Envelope } from '../../../shared/domain/wire/envelope.js';
import { ManualClock } from '../../../shared/testing/memory/manual-clock.js';
import { MemoryBreakers } from '../../../shared/testing/memory/breakers/memory-breakers.js';
import { MemoryBus } from '../../../shared/testing/memory/memory-bus.js';
import { MemoryDeliveries } from '../../../shared/testing/memory/memory-deliveries.js';
import { MemoryDeadLetterQueue, MemoryLaneReceipts } from '../../../shared/testing/memory/memory-lanes.js';
import { MemoryDeferredReplies } from '../../../shared/testing/memory/memory-deferred-replies.js';
import { MemoryLedger } from '../../../shared/testing/memory/memory-ledger.js';
import { MemoryPayloads } from '../../../shared/testing/memory/memory-payloads.js';
import { MemoryPending } from '../../../shared/testing/memory/memory-pending.js';
import { MemoryQueue } from '../../../shared/testing/memory/memory-queue.js';
import { MemoryTimers } from '../../../shared/testing/memory/memory-timers.js';

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** One agent with its lane, its dead letter queue and everything the chain needs, in memory, on a clock that stands. */
export function agentStand(bound: BoundAgent, log: Log = SILENT) {
  const clock = new ManualClock();
  const payloads = new MemoryPayloads();
  const ledger = new MemoryLedger(payloads);
  const bus = new MemoryBus();
  const lane = new MemoryQueue(clock);
  const deadLetterQueue = new MemoryQueue(clock);
  const timers = new MemoryQueue(clock);
  const pending = new MemoryPending();
  const deliveries = new MemoryDeliveries(ledger);
  const services: Services = {
    clock,
    random: () => 1,
    deliveries,
    senders: { bus, pending, timers: new MemoryTimers(timers) },
    payloads,
    deferredReplies: new MemoryDeferredReplies(),
    breakers: new MemoryBreakers(),
    deadLetters: new MemoryDeadLetterQueue(deadLetterQueue, payloads),
    guards: new ProcessGuards(),
    log,
  };
  const app = bound.agent.topology.name;
  const { id } = bound.agent;

  return {
    clock,
    payloads,
    ledger,
    bus,
    lane,
    timers,
    pending,
    deliveries,
    services,
    /** An envelope of the type to the agent, from a client unless said otherwise; a request is of the platform. */
    envelope(type: string, data: unknown, more: Partial<Envelope> = {}): Envelope {
      const asks = more.requestid !== undefined && bound.agent.topology.model.types[type]?.reply !== undefined;
      return {
        specversion: '1.0',
        id: `${type}-1`,
        // The platform alone sends commands of requests that name nobody.
        source: asks ? sourceOf(app, 'platform', 'dispatcher') : sourceOf(app, 'client', 'gate'),
        type,
        time: new Date(clock.now()).toISOString(),
        datacontenttype: 'application/json',
        dataschema: schemaUri(type, bound.agent.topology.model.types[type]?.version ?? 1),
        data,
        correlationid: 'conversation-1',
        priority: 'normal',
        channel:
          Object.values(bound.agent.topology.model.channels).find((channel) => channel.carries.includes(type))?.name ??
          'none',
        expires: new Date(clock.now() + 3_600_000).toISOString(),
        attempt: 1,
        hops: 0,
        ...more,
      };
    },
    /** Puts an envelope into the lane as the bus does. @returns the SQS message id */
    deliver: (envelope: Envelope, vouched: { source?: string; type?: string } = {}): string =>
      lane.send(
        JSON.stringify({
          id: 'event',
          source: vouched.source ?? envelope.source,
          'detail-type': vouched.type ?? envelope.type,
          detail: envelope,
        }),
      ),
    /** One invocation over up to `most` messages; `direct` if the lane is one of direct channels. @returns message ids that went back */
    async receive(most = 10, remaining = 60_000, direct = false): Promise<readonly string[]> {
      const copies = lane.receive(most, 360).map((message) => ({
        copy: message.messageId,
        receipt: message.receipt,
        body: message.body,
        receives: message.receiveCount,
      }));
      const end = clock.now() + remaining;
      const returned = await receiveBatch(bound, services, {
        copies,
        lane: direct ? 'direct-normal' : 'normal',
        receipts: new MemoryLaneReceipts(lane),
        remaining: () => end - clock.now(),
      });
      for (const { copy, receipt } of copies) if (!returned.includes(copy)) lane.delete(receipt);
      return returned;
    },
    /** Takes what lies in the dead letter queue. */
    letters: (): DeadLetter[] => deadLetterQueue.receive(10, 60).flatMap(({ body }) => parseDeadLetter(body) ?? []),
    record: async (messageId: string) => {
      const [record] = await deliveries.ofMessage({ correlationId: 'conversation-1', messageId, receiver: id });
      return record;
    },
  };
}
