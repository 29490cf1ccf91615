import type { Intent } from './delivery.js';

/** An intent as the sweeper finds it. */
export interface DueIntent extends Intent {
  readonly due: number;
}

/** What publishers outside a handling leave in the ledger before they publish. */
export interface IntentStore {
  /** Idempotent by message id. `due` = when the sweeper looks whether it arrived. */
  record(intents: readonly Intent[], due: number): Promise<void>;
  /** Intents due in (after, until], oldest first. */
  due(after: number, until: number): AsyncIterable<DueIntent>;
}
