import type {
  Cancellation,
  CancelResult,
  DeliveryKey,
  DeliveryRecord,
  LeaseResult,
  MessageFacts,
  Outcome,
} from './delivery.js';
import type { ErrorSummary } from '../base/errors.js';

/** Options of {@link DeliveryStore.lease}. */
export interface LeaseRequest {
  /** Token that only this request has: two copies of one batch ask with two owners. */
  readonly owner: string;
  /** Instant of the request, milliseconds since 1970. */
  readonly now: number;
  /** End of the lease, milliseconds since 1970. */
  readonly until: number;
  /** True when the caller runs the handler with nothing beside it; else a message whose last lease died is `suspect`. */
  readonly alone: boolean;
}

/**
 * Deliveries in the ledger. Every write is conditional, so that of any number of receivers exactly one writes an
 * outcome. A lease counts as a try. When it dies, the try is taken back unless it ran alone (architecture §3.5).
 */
export interface DeliveryStore {
  /** Asks for the right to run the handler once; of several receivers one gets it. */
  lease(key: DeliveryKey, facts: MessageFacts, request: LeaseRequest): Promise<LeaseResult>;
  /** Writes the outcome if `owner` still holds the lease; `lost` otherwise, and nothing may be sent. */
  settle(key: DeliveryKey, owner: string, outcome: Outcome): Promise<'stored' | 'lost'>;
  /** Gives the lease back after a failed try. */
  release(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'>;
  /**
   * Writes an outcome without a lease (expired, unreadable payload, refused). @returns `stored` when there was neither
   * an outcome nor a running lease; else the record that stands
   */
  settleUnleased(key: DeliveryKey, facts: MessageFacts, outcome: Outcome): Promise<'stored' | DeliveryRecord>;
  /** Notes progress while `owner` holds the lease; `lost` otherwise, `cancelled` when its request was taken back. */
  progress(
    key: DeliveryKey,
    owner: string,
    progress: { fraction: number; note?: string },
  ): Promise<'stored' | 'lost' | 'cancelled'>;
  /** Makes a lease that `owner` holds last until `until`; `lost` otherwise, `cancelled` when its request was taken back. */
  renew(key: DeliveryKey, owner: string, until: number, at: number): Promise<'renewed' | 'lost' | 'cancelled'>;
  /**
   * Takes a request back: the handler of its command is not started, or not again. The mark stands on the delivery's
   * own item, or, before any delivery, as a tombstone in its place, so that a lease sees it without another read.
   */
  cancel(key: DeliveryKey, cancellation: Cancellation): Promise<CancelResult>;
  /**
   * Adds to the number of deliveries that a conversation is known to have had. Not idempotent: it feeds an estimate.
   * @returns the number with it
   */
  countConversation(correlationId: string, deliveries: number, at: number): Promise<number>;
  /**
   * Opens a dead-lettered delivery again for the redrive of dead letter `deadLetter`, with tries counted anew;
   * `not-dead` when it has another state. A repetition before a copy has come is `reopened` as well and changes
   * nothing.
   */
  reopen(key: DeliveryKey, deadLetter: string, at: number): Promise<'reopened' | 'not-dead'>;
  /** The record of a delivery, read consistently; undefined when there is none. */
  get(key: DeliveryKey): Promise<DeliveryRecord | undefined>;
}
