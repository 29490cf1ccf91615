import type { Envelope } from './envelope.js';
import type { Priority } from '../base/priority.js';

/** Result of handing one message to the bus or a lane. */
export type SendResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** False when the same entry will be refused again: malformed, or too large. */
      readonly retryable: boolean;
      readonly code: string;
      readonly message: string;
      /** True when the sender lacks a permission; retryable, as a grant may still be spreading. @defaultValue false */
      readonly denied?: true;
    };

/**
 * The event bus. One result for each envelope, in their order; a whole call that fails gives every entry of it a
 * retryable result. At least once, unordered.
 */
export interface MessageBus {
  publish(envelopes: readonly Envelope[]): Promise<readonly SendResult[]>;
}

/** A message straight into a lane. */
export interface LaneMessage {
  readonly receiver: string;
  readonly lane: Priority;
  readonly envelope: Envelope;
  /** Delay before the message is received, 0 to 900 seconds. @defaultValue 0 */
  readonly delaySeconds?: number;
}

/** Sends into lanes of declared receivers (direct channels). Results as {@link MessageBus}. */
export interface LaneSender {
  send(messages: readonly LaneMessage[]): Promise<readonly SendResult[]>;
}

/** Changes how long received copies stay invisible; a receipt that is no longer valid is passed over. */
export interface LaneReceipts {
  setVisibility(changes: readonly { readonly receipt: string; readonly seconds: number }[]): Promise<void>;
}

/** A copy that AWS moved to a dead letter queue and that is to be tried again. */
export interface ReturnedCopy {
  readonly receiver: string;
  readonly lane: Priority;
  /** True for a bare envelope, which came over a direct channel and goes back into such a lane. */
  readonly direct: boolean;
  /** The text as it was received: an EventBridge event keeps the source and type that the bus vouched for. */
  readonly body: string;
  /** Number of times that the copy has been returned, this time included. */
  readonly returns: number;
}

/** Puts copies back into their lane. At least once. */
export interface LaneReturns {
  /** @throws LanewayError UNAVAILABLE, to be repeated; UNKNOWN_RECEIVER when no such lane is known */
  put(copy: ReturnedCopy): Promise<void>;
}
