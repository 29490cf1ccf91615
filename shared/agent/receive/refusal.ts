import type { DeliveryRecord, Emission } from '../../domain/delivery/delivery.js';
import { summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import type { Lease } from './delivery.js';
import type { Verdict } from './verdict.js';

/** End of a delivery that a step does not pass on to the next, as data. */
export type RefusedEnd =
  /** Nothing is written, and the copy gets its verdict. */
  | { readonly kind: 'leave'; readonly verdict: Verdict }
  /** The delivery has an outcome: the copy that wrote it sends its emissions again, any other is a duplicate. */
  | { readonly kind: 'repeat'; readonly record: DeliveryRecord }
  /** Outcome `expired`, without a lease. `told`: the messages that tell of it. */
  | { readonly kind: 'expire'; readonly error: ErrorSummary; readonly told: readonly Emission[] }
  /** Outcome `expired`, under the lease of the handling that was stopped. */
  | { readonly kind: 'stop'; readonly error: ErrorSummary; readonly lease: Lease }
  /** Dead letter, without a lease. */
  | { readonly kind: 'refuse'; readonly error: ErrorSummary }
  /** Dead letter of a delivery that is leased; it names the lease's tries. */
  | { readonly kind: 'give-up'; readonly error: ErrorSummary; readonly lease: Lease }
  /** The lease is given back, and the copy comes again after a while. */
  | { readonly kind: 'retry'; readonly error: ErrorSummary; readonly lease: Lease }
  /**
   * A store of ours or an open breaker kept the handling from being made: the lease is given back with its try, and the copy comes again
   * as after any trouble of a store, but not before `pause` milliseconds are over.
   */
  | {
      readonly kind: 'trouble';
      readonly error: ErrorSummary;
      readonly lease: Lease;
      readonly pause?: number | undefined;
    };

/** Answer of a step of the chain that does not pass the delivery on. The step decides; `endDelivery` carries it out. */
export class Refusal {
  constructor(readonly end: RefusedEnd) {}
}

/** The refusal of a message by an error that no repetition mends. @throws the error itself, when one may mend it */
export function refusalFor(error: unknown): Refusal {
  const summary = summarizeError(error);
  if (summary.retryable) throw error;
  return new Refusal({ kind: 'refuse', error: summary });
}
