import type { CloseResult, PendingMove, PendingRecord, RequestOutcome } from './pending.js';

/** Requests that wait for a reply. */
export interface PendingStore {
  /**
   * Writes the record of a request. A repetition with the same request id and waiter is `repeated` and replaces the
   * token of a workflow that waits; a closed one stays closed.
   */
  open(record: PendingRecord): Promise<'opened' | 'repeated' | 'closed'>;
  /**
   * The first outcome wins, by condition; the winner is named so that its redelivery repeats the resumption. `late`
   * carries the record as it stands; `unknown` when no such request exists. With `seen`, it is closed only if it is still
   * as it was seen (step and deadline), else `moved`.
   */
  close(requestId: string, outcome: RequestOutcome, seen?: PendingRecord): Promise<CloseResult>;
  /**
   * Moves an open request on to its next attempt, if it still is as it was `seen` (step and deadline): of any number of
   * callers one moves it. `moved: false` with the record as it stands; undefined when there is none.
   */
  advance(
    seen: PendingRecord,
    next: PendingMove,
  ): Promise<{ readonly moved: boolean; readonly record: PendingRecord } | undefined>;
  /** Moves the deadline of attempt `messageId` later, while it is the current one and open, up to the record's bound. */
  extend(requestId: string, messageId: string, deadline: string): Promise<boolean>;
  /** Consistent read. */
  get(requestId: string): Promise<PendingRecord | undefined>;
  /** Open records whose deadline lies in (after, until]. */
  due(after: number, until: number): AsyncIterable<PendingRecord>;
  /** Open records of approvals, the one that ends next first; a record may appear, or disappear, a second late. */
  approvals(): AsyncIterable<PendingRecord>;
}
