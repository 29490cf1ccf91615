import type { CursorStore } from '../../domain/base/cursor-store.js';
import type { DeadLetterQueue } from '../../domain/delivery/dead-letter.js';
import type { DeliveryStore } from '../../domain/delivery/delivery-store.js';
import type { IntentStore } from '../../domain/delivery/intent-store.js';
import type { LaneReceipts, LaneSender, MessageBus } from '../../domain/wire/message-bus.js';
import type { DeferredReplyStore } from '../../domain/request/deferred-replies.js';
import type { LedgerWriter } from '../../domain/evidence/ledger-writer.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import type { TimerQueue } from '../../domain/request/timer-queue.js';
import type { SagaStore } from '../../domain/execution/saga.js';
import type { MortalProcess } from './mortal-process.js';

/** Stores, queues and bus of a world. */
export interface Ports {
  readonly deliveries: DeliveryStore;
  readonly intents: IntentStore;
  readonly payloads: PayloadStore;
  readonly pending: PendingStore;
  readonly timers: TimerQueue;
  readonly later: DeferredReplyStore;
  readonly ledger: LedgerWriter;
  readonly cursors: CursorStore;
  readonly sagas: SagaStore;
  readonly bus: MessageBus;
  readonly lanes: LaneSender;
}

/** The same ports as one process reaches them: by the fault plan, and no longer once it has died. */
export function portsOf(process: MortalProcess, ports: Ports): Ports {
  if (!process.faults.isPossible) return ports;
  const { deliveries, intents, payloads, pending, timers, later, ledger, cursors, sagas, bus, lanes } = ports;
  const call = process.call.bind(process);
  return {
    deliveries: {
      lease: (...given) => call(() => deliveries.lease(...given), { before: 'before-lease', after: 'after-lease' }),
      settle: (...given) =>
        call(() => deliveries.settle(...given), { before: 'before-outcome', after: 'after-outcome' }),
      release: (...given) => call(() => deliveries.release(...given)),
      settleUnleased: (...given) => call(() => deliveries.settleUnleased(...given)),
      progress: (...given) => call(() => deliveries.progress(...given)),
      renew: (...given) => call(() => deliveries.renew(...given)),
      cancel: (...given) => call(() => deliveries.cancel(...given)),
      // Past the fault plan: which messages are counted follows from their ids, which no seed gives.
      countConversation: (...given) => deliveries.countConversation(...given),
      reopen: (...given) => call(() => deliveries.reopen(...given)),
      get: (...given) => call(() => deliveries.get(...given)),
    },
    intents: {
      record: (...given) => call(() => intents.record(...given)),
      due: (...given) => intents.due(...given),
    },
    payloads: { put: (...given) => call(() => payloads.put(...given)), get: (key) => call(() => payloads.get(key)) },
    pending: {
      open: (...given) => call(() => pending.open(...given)),
      close: (...given) => call(() => pending.close(...given)),
      advance: (...given) => call(() => pending.advance(...given)),
      extend: (...given) => call(() => pending.extend(...given)),
      get: (...given) => call(() => pending.get(...given)),
      due: (...given) => pending.due(...given),
      approvals: () => pending.approvals(),
    },
    timers: { set: (...given) => call(() => timers.set(...given)) },
    later: { put: (given) => call(() => later.put(given)), get: (...given) => call(() => later.get(...given)) },
    ledger: {
      deadLetter: (entry) => call(() => ledger.deadLetter(entry)),
      request: (entry) => call(() => ledger.request(entry)),
      escalation: (entry) => call(() => ledger.escalation(entry)),
    },
    cursors: { get: (name) => call(() => cursors.get(name)), put: (...given) => call(() => cursors.put(...given)) },
    sagas: {
      note: (...given) => call(() => sagas.note(...given)),
      fail: (...given) => call(() => sagas.fail(...given)),
      get: (execution) => call(() => sagas.get(execution)),
      step: (...given) => call(() => sagas.step(...given)),
      find: (...given) => call(() => sagas.find(...given)),
      steps: (saga) => sagas.steps(saga),
      keepLate: (...given) => call(() => sagas.keepLate(...given)),
      reopen: (...given) => call(() => sagas.reopen(...given)),
      settle: (...given) => call(() => sagas.settle(...given)),
      move: (...given) => call(() => sagas.move(...given)),
      tell: (...given) => call(() => sagas.tell(...given)),
    },
    bus: { publish: (envelopes) => process.send(envelopes, (some) => bus.publish(some)) },
    lanes: { send: (messages) => process.send(messages, (some) => lanes.send(some)) },
  };
}

/** Receipts as one process reaches them. */
export function receiptsOf(process: MortalProcess, receipts: LaneReceipts): LaneReceipts {
  if (!process.faults.isPossible) return receipts;
  return { setVisibility: (changes) => process.call(() => receipts.setVisibility(changes)) };
}

/** A dead letter queue as one process reaches it. */
export function lettersOf(process: MortalProcess, letters: DeadLetterQueue): DeadLetterQueue {
  if (!process.faults.isPossible) return letters;
  return { send: (letter) => process.call(() => letters.send(letter)) };
}
