import type { DeadLetterEntry, Resolution } from '../delivery/dead-letter.js';

/** The dead letters of an application, for operators. */
export interface DeadLetterBook {
  /** Every dead letter in the ledger, whatever its resolution, in no order. A letter may show a second late. */
  all(): AsyncIterable<DeadLetterEntry>;
  /** As it stands now. */
  find(id: string): Promise<DeadLetterEntry | undefined>;
  /**
   * Writes a resolution, if the entry still stands as `seen`; a settled letter is forgotten with the ledger's
   * retention. Whether it was written.
   */
  resolve(seen: DeadLetterEntry, next: DeadLetterEntry & { readonly resolution: Resolution }): Promise<boolean>;
  /** Notes what an operator does in the conversation; idempotent by id. */
  record(entry: OperatorEntry): Promise<void>;
  /** As `record`, but of any number of entries with one id the first stands. @returns the one that stands */
  recordFirst(entry: OperatorEntry): Promise<OperatorEntry>;
}

/** What an operator did, in the ledger. */
export interface OperatorEntry {
  readonly id: string;
  readonly correlationId: string;
  readonly action: 'redrive' | 'edit' | 'discard' | 'answer' | 'fail' | 'replay' | 'start' | 'retry' | 'stop';
  readonly by: string;
  readonly why: string;
  readonly at: string;
  /** The request that was answered or failed; `messageId` is the message that says so. */
  readonly requestId?: string;
  /** What was decided, of an approval; `silent`, by nobody, when its time was over. */
  readonly decision?: 'approved' | 'rejected' | 'silent';
  /** The dead letter it was about, as it stood. */
  readonly deadLetter?: Pick<DeadLetterEntry, 'id' | 'receiver' | 'reason' | 'signature' | 'tries'>;
  readonly messageId?: string;
  /** Id of the edited message. */
  readonly successor?: string;
  /** The expiry that the message was given. */
  readonly expires?: string;
  readonly replay?: ReplayFacts;
  /** The execution of a workflow that was started, retried or stopped. */
  readonly execution?: string;
}

/** What a replay was. */
export interface ReplayFacts {
  /** Number of the new generation; absent when what had not arrived was sent again as it was. */
  readonly generation?: number;
  /** The conversation that it was made of, in the entry of the new one. */
  readonly of?: string;
  /** The conversation that was made, in the entry of the old one. */
  readonly as?: string;
  /** The window of the bus's archive, ISO 8601. */
  readonly window?: { readonly from: string; readonly to: string };
  /** Messages that it was to send; unknown for a window. */
  readonly messages?: number;
}
