import type {
  Cancellation,
  CancelResult,
  DeliveryKey,
  DeliveryRecord,
  DeliveryStanding,
  LeaseResult,
  MessageFacts,
  Outcome,
  NotedProgress,
  Unsent,
} from './delivery.js';
import type { ErrorSummary } from '../base/errors.js';

/** Options of {@link DeliveryStore.lease}. */
export interface LeaseRequest {
  /**
   * Token that only this request has: two copies of one batch ask with two owners. Requests of one process have one
   * beginning, up to the last dot (`lease-owner.ts`).
   */
  readonly owner: string;
  /** Instant of the request, milliseconds since 1970. */
  readonly now: number;
  /** End of the lease, milliseconds since 1970. */
  readonly until: number;
  /** True when the caller runs the handler with nothing beside it; else a message whose last lease died is `suspect`. */
  readonly alone: boolean;
}

/** Receiver whose deliveries of a conversation are counted. */
export type CountedKey = Pick<DeliveryKey, 'correlationId' | 'receiver'>;

/**
 * Deliveries in the ledger. Every write is conditional, so that of any number of receivers exactly one writes an
 * outcome. A lease counts as a try. When the lease dies, its try is taken back, unless it ran alone: the process may
 * have died of another message in the batch, or lives (`docs/explanation/delivery.md`).
 */
export interface DeliveryStore {
  /** Asks for the right to run the handler once; of several receivers one gets it. */
  lease(key: DeliveryKey, facts: MessageFacts, request: LeaseRequest): Promise<LeaseResult>;
  /** Writes the outcome if `owner` still holds the lease; `lost` otherwise, and nothing may be sent. */
  settle(key: DeliveryKey, owner: string, outcome: Outcome): Promise<'stored' | 'lost'>;
  /** Gives the lease back after a failed try. */
  release(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'>;
  /** Gives the lease back with its try, which does not count: what failed was a store of ours, and not the handler. */
  giveBack(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'>;
  /**
   * Writes an outcome without a lease (expired, unreadable payload, refused). @returns `stored` when there was neither
   * an outcome nor a running lease; else the record that stands
   */
  settleUnleased(key: DeliveryKey, facts: MessageFacts, outcome: Outcome): Promise<'stored' | DeliveryRecord>;
  /** Notes progress while `owner` holds the lease; `lost` otherwise, `cancelled` when its request was taken back. */
  progress(key: DeliveryKey, owner: string, progress: NotedProgress): Promise<'stored' | 'lost' | 'cancelled'>;
  /** Makes a lease that `owner` holds last until `until`; `lost` otherwise, `cancelled` when its request was taken back. */
  renew(key: DeliveryKey, owner: string, until: number, at: number): Promise<'renewed' | 'lost' | 'cancelled'>;
  /**
   * Takes a request back: the handler of its command is not started, or not again. The mark stands on the delivery's
   * own item, or, before any delivery, as a tombstone in its place, so that a lease sees it without another read.
   */
  cancel(key: DeliveryKey, cancellation: Cancellation): Promise<CancelResult>;
  /**
   * Adds to the number of deliveries that a conversation is known to have had at a receiver. Each receiver counts its own,
   * so that none can spend the budget of another. Not idempotent: it feeds an estimate.
   * @returns the number with it
   */
  countConversation(key: CountedKey, deliveries: number, at: number): Promise<number>;
  /**
   * Opens a dead-lettered delivery again for the redrive of dead letter `deadLetter`, with tries counted anew;
   * `not-dead` when it has another state. A repetition before a copy has come is `reopened` as well and changes
   * nothing.
   */
  reopen(key: DeliveryKey, deadLetter: string, at: number): Promise<'reopened' | 'not-dead'>;
  /**
   * Deliveries as they stood a moment ago, in the order of `keys`; undefined where there is none, `unreadable` for one that
   * its receiver has spoilt. A read of many that costs half, for whoever looks long after the fact.
   */
  standings(keys: readonly DeliveryKey[]): Promise<readonly (DeliveryStanding | 'unreadable' | undefined)[]>;
  /**
   * Notes on an outcome that its messages wait to be sent; a repetition moves `due`. Nothing happens where there is no
   * outcome, or where they have been noted as sent.
   */
  noteUnsent(key: DeliveryKey, unsent: Unsent): Promise<void>;
  /** Notes that messages which had waited were sent at `at`, milliseconds since 1970; nothing happens where none waited. */
  noteSent(key: DeliveryKey, at: number): Promise<void>;
  /** Deliveries whose messages wait to be sent and are due in (after, until], milliseconds since 1970, oldest first. */
  unsent(after: number, until: number): AsyncIterable<DeliveryRecord>;
  /** Deliveries to one receiver of every message that has this id, of whatever origin, read consistently. */
  ofMessage(of: Omit<DeliveryKey, 'origin'>): Promise<readonly DeliveryRecord[]>;
  /** The record of a delivery, read consistently; undefined when there is none. */
  get(key: DeliveryKey): Promise<DeliveryRecord | undefined>;
}
