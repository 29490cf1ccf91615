import type { Clock } from '../../domain/base/clock.js';
import type { DeadLetterQueue } from '../../domain/delivery/dead-letter.js';
import type { DeliveryStore } from '../../domain/delivery/delivery-store.js';
import type { LaneReceipts } from '../../domain/wire/message-bus.js';
import type { DeferredReplyStore } from '../../domain/request/deferred-replies.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { Senders } from '../../publishing/send-messages.js';
import type { Log } from '../context.js';
import type { ProcessGuards } from './process-guards.js';

/** Everything the handling chain needs from outside; the same in Lambda, in a worker and in the test harness. */
export interface Services {
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly deliveries: DeliveryStore;
  readonly senders: Senders;
  readonly payloads: PayloadStore;
  readonly later: DeferredReplyStore;
  readonly deadLetters: DeadLetterQueue;
  readonly log: Log;
  /** Retry budgets and runaway conversations; without them nothing is held back. */
  readonly guards?: ProcessGuards;
  /** Version of the code that runs, where the deployment names one. */
  readonly version?: string;
}

/** One copy of a message, as a lane gave it. */
export interface ReceivedCopy {
  /** SQS message id: the same when this copy comes again, another one for a duplicate. */
  readonly copy: string;
  readonly receipt: string;
  readonly body: string;
  /** How often this copy was received, from 1. */
  readonly receives: number;
}

/** A batch and the time there is for it. */
export interface Batch {
  readonly copies: readonly ReceivedCopy[];
  readonly receipts: LaneReceipts;
  /** Milliseconds until the process that handles it may be ended. */
  readonly remaining: () => number;
  /** What else runs in the process; absent when it handles one batch at a time. */
  readonly concurrency?: Concurrency | undefined;
  /** For a process without an end of its own: short leases that are renewed while it lives. */
  readonly renewal?: Renewal;
}

/** How leases and visibility are renewed. */
export interface Renewal {
  /** Milliseconds that a lease lasts: so long after its process died a message is held back. */
  readonly lease: number;
  /** Seconds that copies are hidden already when they come: longer than a lease, so that they need not be hidden first. */
  readonly receivedFor?: number;
  /** Calls `run` every so often until the returned function is called. */
  readonly repeat: (run: () => Promise<void>) => () => void;
}

/** Who runs beside whom in a process that handles several batches at a time. */
export interface Concurrency {
  beside<Result>(run: () => Promise<Result>): Promise<Result>;
  /** With nothing beside it; not from within `beside`. */
  alone<Result>(run: () => Promise<Result>): Promise<Result>;
}

/** What is to become of a copy. */
export type Verdict =
  | { readonly kind: 'acknowledge' }
  /** It goes back to the lane for so many milliseconds. */
  | { readonly kind: 'return'; readonly after: number; readonly why: string }
  /** Its last lease died: to be run last and alone. */
  | { readonly kind: 'suspect' };

export const ACKNOWLEDGE: Verdict = { kind: 'acknowledge' };
