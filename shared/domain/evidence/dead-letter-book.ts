import type { DeadLetterEntry, Resolution } from '../delivery/dead-letter.js';

/** The dead letters of an application, for operators. */
export interface DeadLetterBook {
  /** Every dead letter in the ledger, whatever its resolution, in no order. A dead letter may show a second late. */
  all(): AsyncIterable<DeadLetterEntry>;
  /** The dead letter as it stands now; undefined when there is none with this id. */
  find(id: string): Promise<DeadLetterEntry | undefined>;
  /**
   * Writes a resolution if the entry still stands as `seen`; a settled dead letter is forgotten with the ledger's retention.
   * @returns true when it was written
   */
  resolve(seen: DeadLetterEntry, next: DeadLetterEntry & { readonly resolution: Resolution }): Promise<boolean>;
  /** Notes what an operator does in the conversation; idempotent by id. */
  record(entry: OperatorEntry): Promise<void>;
  /** Notes like `record`; of any number of entries with one id the first stands. @returns the one that stands */
  recordFirst(entry: OperatorEntry): Promise<OperatorEntry>;
}

/** Action of an operator, as the ledger keeps it. */
export interface OperatorEntry {
  /** Id of the entry; the same action repeated has the same one. */
  readonly id: string;
  /** Conversation that the action is about. */
  readonly correlationId: string;
  /** Kind of the action. */
  readonly action:
    | 'redrive'
    | 'edit'
    | 'discard'
    | 'answer'
    | 'fail'
    | 'replay'
    | 'start'
    | 'retry'
    | 'stop'
    | 'quarantine'
    | 'release'
    | 'drain'
    | 'pause'
    | 'drain-refused'
    | 'resume'
    | 'trip'
    | 'reset'
    | 'emergency'
    | 'all-clear';
  /** Person or program that acted. */
  readonly by: string;
  /** Reason that it gave. */
  readonly why: string;
  /** Instant of the action, ISO 8601. */
  readonly at: string;
  /** The request that was answered or failed; `messageId` is the message that says so. */
  readonly requestId?: string;
  /** Decision on an approval; `silent` when nobody decided in time. */
  readonly decision?: 'approved' | 'rejected' | 'silent';
  /** The dead letter that the action was about, as it stood. */
  readonly deadLetter?: Pick<DeadLetterEntry, 'id' | 'receiver' | 'reason' | 'signature' | 'tries'>;
  /** Message that the action is about or that it published. */
  readonly messageId?: string;
  /** Id of the edited message. */
  readonly successor?: string;
  /** The expiry that the message was given, ISO 8601. */
  readonly expires?: string;
  /** True when the operator answers for the text of the dead letter, which nobody else vouched for. */
  readonly vouched?: true;
  /** Facts about a replay, for the action `replay`. */
  readonly replay?: ReplayFacts;
  /** The party that was put into quarantine, drained, paused, or given back: `agent.clerk`, `channel.orders`. */
  readonly party?: string;
  /** The instance that was drained or resumed; absent when all of its agent were meant. */
  readonly instance?: string;
  /** The breaker that was opened or closed. */
  readonly breaker?: { readonly agent: string; readonly name: string };
  /** The execution of a workflow that was started, retried or stopped. */
  readonly execution?: string;
}

/** Facts about a replay, in its entry of the ledger. */
export interface ReplayFacts {
  /** Number of the new generation; absent when the missing messages were sent again as they were. */
  readonly generation?: number;
  /** Id of the conversation that was replayed; set in the entry of the new conversation. */
  readonly of?: string;
  /** Id of the new conversation; set in the entry of the conversation that was replayed. */
  readonly as?: string;
  /** The window of the bus's archive, ISO 8601. */
  readonly window?: { readonly from: string; readonly to: string };
  /** Number of messages that the replay was to send; absent for a window, whose number is not known. */
  readonly messages?: number;
}
