import type { CloseResult, PendingMove, PendingRecord, RequestOutcome } from './pending.js';

/** Requests that wait for a reply. */
export interface PendingStore {
  /**
   * Writes the record of a request. A repetition with the same request id and waiter is `repeated`, and replaces the
   * token of a workflow that waits. A request that has ended stays `closed`.
   */
  open(record: PendingRecord): Promise<'opened' | 'repeated' | 'closed'>;
  /**
   * Closes a request; the first outcome wins, by a conditional write. The winner is named, so that its redelivery
   * repeats the resumption. `late` carries the record with its outcome; `unknown` means that no such request exists.
   * With `seen`, the request is closed only if it still is as it was seen (step and deadline), else it is `moved`; it stays
   * due, and `untold`, until {@link PendingStore.told} says otherwise.
   */
  close(requestId: string, outcome: RequestOutcome, seen?: PendingRecord): Promise<CloseResult>;
  /** Notes that the end of a request has been told: it is due no longer. */
  told(requestId: string): Promise<void>;
  /**
   * Moves an open request on to its next attempt if it still is as it was `seen` (step and deadline), so that of any
   * number of callers one moves it. `moved: false` comes with the present record; undefined when there is none.
   */
  advance(
    seen: PendingRecord,
    next: PendingMove,
  ): Promise<{ readonly moved: boolean; readonly record: PendingRecord } | undefined>;
  /** Moves the deadline of attempt `messageId` later, while it is the current one and open, up to the record's bound. */
  extend(requestId: string, messageId: string, deadline: string): Promise<boolean>;
  /** The record of a request, read consistently; undefined when there is none. */
  get(requestId: string): Promise<PendingRecord | undefined>;
  /**
   * Takes a record that cannot be read out of what is due, so that it is found there once. It stays where it is.
   * @returns true when this call did so; false for one that can be read, that is not due, or that was set aside before
   */
  setAside(requestId: string): Promise<boolean>;
  /** Records that are open, or `untold`, and whose deadline lies in (after, until]. */
  due(after: number, until: number): AsyncIterable<PendingRecord>;
  /** Open records of approvals, the one that ends next first; a record may appear, or disappear, a second late. */
  approvals(): AsyncIterable<PendingRecord>;
}
