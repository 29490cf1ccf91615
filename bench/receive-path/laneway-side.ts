import { createAgent } from 'laneway/agent';
import type { Log } from '../../shared/agent/context.js';
import { ProcessGuards } from '../../shared/agent/receive/process-guards.js';
import type { Services } from '../../shared/agent/receive/services.js';
import { parseDeadLetter } from '../../shared/domain/delivery/dead-letter.js';
import type { LaneReceipts } from '../../shared/domain/wire/message-bus.js';
import { handleSqsEvent } from '../../shared/lambda/sqs-event.js';
import { MemoryBreakers } from '../../shared/testing/memory/breakers/memory-breakers.js';
import { MemoryBus } from '../../shared/testing/memory/memory-bus.js';
import { MemoryDeliveries } from '../../shared/testing/memory/memory-deliveries.js';
import { MemoryDeadLetterQueue } from '../../shared/testing/memory/memory-lanes.js';
import { MemoryDeferredReplies } from '../../shared/testing/memory/memory-deferred-replies.js';
import { MemoryLedger } from '../../shared/testing/memory/memory-ledger.js';
import { MemoryPayloads } from '../../shared/testing/memory/memory-payloads.js';
import { MemoryQueue } from '../../shared/testing/memory/memory-queue.js';
import { greenhouse, judgeReading, type JudgedReading, type ReceiveSide, type Sink } from './job.js';

const thermostat = createAgent(greenhouse, 'thermostat')
  .needs<{ take: Sink }>()
  .handle({
    ReadingReported: ({ id, data }, { deps }) => {
      deps.take(judgeReading(id, data));
    },
  });

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** Receipts without effect: bringing visibility down is a call to SQS, which the peer does not make. */
const NO_QUEUE: LaneReceipts = { setVisibility: () => Promise.resolve() };
const REMAINING_MS = 60_000;

/** Laneway's side: the receive path of an agent's Lambda function, over stores in memory. */
export function lanewaySide(): ReceiveSide {
  const clock = { now: () => Date.now() };
  const payloads = new MemoryPayloads();
  const ledger = new MemoryLedger(payloads);
  const deadLetters = new MemoryQueue(clock);
  const services: Services = {
    clock,
    random: () => Math.random(),
    deliveries: new MemoryDeliveries(ledger),
    senders: { bus: new MemoryBus() },
    payloads,
    deferredReplies: new MemoryDeferredReplies(),
    breakers: new MemoryBreakers(),
    deadLetters: new MemoryDeadLetterQueue(deadLetters, payloads),
    log: SILENT,
    guards: new ProcessGuards(),
  };
  const handled: JudgedReading[] = [];
  const bound = thermostat.with({ take: (judged) => handled.push(judged) });
  return {
    async receive(event) {
      const end = Date.now() + REMAINING_MS;
      const { batchItemFailures } = await handleSqsEvent(
        bound,
        services,
        event,
        { receipts: NO_QUEUE },
        () => end - Date.now(),
      );
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    told() {
      const stored = ledger.conversationIds().flatMap((id) => ledger.stored(id));
      return Promise.resolve({
        handled: handled.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        expired: stored
          .flatMap((entry) =>
            entry.kind === 'delivery' && entry.delivery.state === 'expired' ? [entry.delivery.messageId] : [],
          )
          .sort(),
        deadLetters: deadLetters
          .peek()
          .flatMap((text) => parseDeadLetter(text) ?? [])
          .map(({ copy, reason }) => `${copy} ${reason}`)
          .sort(),
      });
    },
  };
}
