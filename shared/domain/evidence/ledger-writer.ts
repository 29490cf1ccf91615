import type { DeadLetterEntry } from '../delivery/dead-letter.js';
import type { AttemptEnd, Rung } from '../request/ladder.js';
import type { RequestOutcome } from '../request/pending.js';

/** Entries of the ledger other than deliveries. */
export interface LedgerWriter {
  /** Idempotent by dead letter id; after a redrive a letter of a later time opens the entry again (`decideLetter`). */
  deadLetter(entry: DeadLetterEntry): Promise<void>;
  /** State of a request, as of its closing (or a late or duplicate reply, which changes nothing else). */
  request(entry: RequestEntry): Promise<void>;
  /** A rung of a request's ladder. Idempotent by request and step. */
  escalation(entry: EscalationEntry): Promise<void>;
}

/** A closed request in the ledger. */
export interface RequestEntry {
  readonly correlationId: string;
  readonly requestId: string;
  readonly type: string;
  readonly state: RequestOutcome['state'] | 'late';
  readonly by: string;
  readonly at: string;
}

/** A rung that a request has come to, in the ledger. */
export interface EscalationEntry {
  readonly correlationId: string;
  readonly requestId: string;
  readonly type: string;
  /** Number of the record's change that it stands for. */
  readonly step: number;
  readonly rung: Rung['kind'] | 'abort';
  /** The attempt that began, or with `abort` the last one. */
  readonly attempt: number;
  /** What ended the attempt before; `messageId` is the command of that attempt. */
  readonly because: Pick<AttemptEnd, 'state' | 'attempt' | 'by' | 'error'> & { readonly messageId: string };
  /** Message of the new attempt (the command, or `PersonNeeded`). */
  readonly messageId?: string;
  readonly receiver?: string;
  readonly channel?: string;
  /** When this attempt is given up. */
  readonly until?: string;
  readonly at: string;
}
