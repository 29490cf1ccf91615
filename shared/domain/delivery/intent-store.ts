import type { Intent } from './delivery.js';

/** An intent as the sweeper finds it, with the instant from which it looks, milliseconds since 1970. */
export interface DueIntent extends Intent {
  readonly due: number;
}

/** Intents in the ledger: messages that a publisher outside any handling is about to send. */
export interface IntentStore {
  /**
   * Idempotent by message id. `due`: instant (milliseconds since 1970) from which the sweeper looks whether the
   * messages arrived.
   */
  record(intents: readonly Intent[], due: number): Promise<void>;
  /** Intents due in (after, until], oldest first. */
  due(after: number, until: number): AsyncIterable<DueIntent>;
}
