import type { DeadLetterEntry } from '../delivery/dead-letter.js';
import type { AttemptEnd, Rung } from '../request/ladder.js';
import type { RequestOutcome } from '../request/pending.js';

/** Entries of the ledger other than deliveries. */
export interface LedgerWriter {
  /**
   * Writes a dead letter. Idempotent by its id; after a redrive a dead letter of a later time opens the entry again
   * (`decideDeadLetter`).
   */
  deadLetter(entry: DeadLetterEntry): Promise<void>;
  /** Writes how a request ended; a late or duplicate reply is noted as well and changes nothing else. */
  request(entry: RequestEntry): Promise<void>;
  /** Writes that a request has come to a rung of its ladder. Idempotent by request and step. */
  escalation(entry: EscalationEntry): Promise<void>;
}

/** The end of a request, or a reply that came after it, in the ledger. */
export interface RequestEntry {
  /** Conversation of the request. */
  readonly correlationId: string;
  /** Id of the request. */
  readonly requestId: string;
  /** Type of the command. */
  readonly type: string;
  /** End of the request; `late` for a reply that came after it. */
  readonly state: RequestOutcome['state'] | 'late';
  /** Id of the message that ended it, or of the late reply. */
  readonly by: string;
  /** Instant of the end, ISO 8601. */
  readonly at: string;
}

/** A rung that a request has come to, in the ledger. */
export interface EscalationEntry {
  /** Conversation of the request. */
  readonly correlationId: string;
  /** Id of the request. */
  readonly requestId: string;
  /** Type of the command. */
  readonly type: string;
  /** Number of the change of the pending record that made the entry. */
  readonly step: number;
  /** Kind of the rung; `abort` when no rung is left. */
  readonly rung: Rung['kind'] | 'abort';
  /** Number of the attempt that began; with `abort` the number of the last one. */
  readonly attempt: number;
  /** End of the attempt before this one; `messageId` is the command of that attempt. */
  readonly because: Pick<AttemptEnd, 'state' | 'attempt' | 'by' | 'error'> & { readonly messageId: string };
  /** Message of the new attempt (the command, or `PersonNeeded`). */
  readonly messageId?: string;
  /** Agent that is asked; absent when a person is. */
  readonly receiver?: string;
  /** Channel of the new attempt. */
  readonly channel?: string;
  /** Instant at which this attempt is given up, ISO 8601. */
  readonly until?: string;
  /** Instant at which the rung was reached, ISO 8601. */
  readonly at: string;
}
