import { LanewayError, type ErrorSummary } from '../base/errors.js';
import { firstGeneration } from '../wire/execution-name.js';
import type { Keep } from './keep.js';
import type { Climb } from './ladder.js';
import type { RequestLineage } from './request-lineage.js';

/** Party that waits for the outcome of a request and is told of it. */
export type Waiter =
  | {
      readonly kind: 'workflow';
      readonly token: string;
      readonly execution: string;
      readonly step: string;
      /** Element of `flow.map` that the step runs for; records of earlier releases lack it. */
      readonly index?: string;
      /** Parts of the reply that the execution keeps. @defaultValue all of it */
      readonly keep?: Keep;
    }
  /** A client polls the record. */
  | { readonly kind: 'client' }
  /** The agent handles the reply, or `RequestTimedOut`, as a message. */
  | { readonly kind: 'agent'; readonly id: string }
  /** A failed execution whose steps are undone, one after the other. */
  | { readonly kind: 'saga'; readonly execution: string };

/** Outcome of a request. Times are ISO 8601. */
export type RequestOutcome =
  | {
      readonly state: 'replied';
      readonly by: string;
      readonly at: string;
      readonly data?: unknown;
      readonly dataref?: string;
      readonly datadigest?: string;
      readonly datasize?: number;
      readonly type: string;
      readonly dataschema: string;
    }
  | { readonly state: 'timed-out'; readonly by: string; readonly at: string }
  | { readonly state: 'failed'; readonly by: string; readonly at: string; readonly error: ErrorSummary };

/** A decision that a step of a workflow waits for. */
export interface Approval {
  /** Name of the workflow that asks. */
  readonly workflow: string;
  /** Subject of the decision, in one line. */
  readonly title: string;
  /** Facts that the decision is made on: any JSON. */
  readonly details: unknown;
  /** Name of the people who decide. */
  readonly approvers: string;
  /**
   * Name of the people who are asked when the approvers keep silent until the record's first deadline; they have until
   * its `bound`.
   */
  readonly escalateTo?: string;
}

/** A request in the pending table, with the lineage of its command; `by` of its outcome is the id of the message that won. */
export interface PendingRecord extends RequestLineage {
  /** Id of the request. */
  readonly requestId: string;
  /** Id of the command message of this attempt. */
  readonly messageId: string;
  /** Type of the command. */
  readonly type: string;
  /** Type of the reply. */
  readonly replyType: string;
  /** Agent that this attempt's command went to, where the command names one; a cancellation looks for its delivery. */
  readonly receiver?: string;
  /** Channel of the request's first command; that of a later attempt stands in `climb`. Absent where no command was sent. */
  readonly channel?: string;
  /** Instant (ISO 8601) at which the timer acts: the attempt is given up, or a pause between two attempts is over. */
  readonly deadline: string;
  /**
   * Deadline (ISO 8601) that a timer was set for when the request was made. Where it is not the present deadline, the sweeper
   * sets a timer as soon as that one is near.
   */
  readonly armed?: string;
  /** Instant (ISO 8601) that no progress moves the deadline beyond. @defaultValue the deadline cannot be moved */
  readonly bound?: string;
  /** Number of the attempt, from 1; asking a person counts as an attempt. */
  readonly attempt: number;
  /** Number of changes that escalation has made. A change counts only if it saw the current number. @defaultValue 0 */
  readonly step?: number;
  /** Position on the escalation ladder; absent when neither the request nor the command's channel has one. */
  readonly climb?: Climb;
  /** Party that is told the outcome. */
  readonly waiter: Waiter;
  /** Thing that a step of a workflow waits for in place of a reply: a time (the deadline), or the end of another workflow. */
  readonly holds?: 'time' | 'workflow';
  /** Decision that a person is asked for; the reply is `ApprovalDecided`. */
  readonly approval?: Approval;
  /** Outcome; absent while the request is open. */
  readonly outcome?: RequestOutcome;
  /** True from the end of a request that nobody answered until it has been told. */
  readonly untold?: true;
}

/** Fields of a record that escalation changes. */
export interface PendingMove extends Pick<PendingRecord, 'messageId' | 'attempt' | 'deadline'> {
  readonly climb: Climb;
}

/** Result of closing a request. */
export type CloseResult =
  /** `late`: it has another outcome. `moved`: it is no longer as it was seen. */
  { readonly kind: 'won' | 'late' | 'moved'; readonly record: PendingRecord } | { readonly kind: 'unknown' };

/**
 * True when two waiters are the same one. The token of a workflow may differ, as every dispatch of a step gets a new
 * one. So may the generation of its execution: a retry waits on for what is still open.
 */
export function sameWaiter(a: Waiter, b: Waiter): boolean {
  if (a.kind === 'workflow') {
    if (b.kind !== 'workflow' || a.step !== b.step) return false;
    if (a.index !== undefined && b.index !== undefined && a.index !== b.index) return false;
    return firstGeneration(a.execution) === firstGeneration(b.execution);
  }
  if (a.kind === 'agent') return b.kind === 'agent' && a.id === b.id;
  if (a.kind === 'saga') return b.kind === 'saga' && a.execution === b.execution;
  return b.kind === 'client';
}

/** Error REFUSED for a request id that another waiter already waits on. */
export function otherWaiter(given: PendingRecord, existing: PendingRecord): LanewayError {
  const [other, one] = [existing.waiter, given.waiter];
  if (other.kind === 'workflow' && one.kind === 'workflow' && other.step === one.step) {
    const who = (waiter: typeof one): string =>
      waiter.index === undefined ? waiter.execution : `element ${waiter.index} of ${waiter.execution}`;
    return new LanewayError('REFUSED', `step '${one.step}' of ${who(other)} already waits for what ${who(one)} wants`, {
      help: ['side by side, each waits for a message of its own: give flow.receive keys that differ'],
    });
  }
  return new LanewayError(
    'REFUSED',
    `request ${given.requestId} is already waited on by a ${other.kind}, not by this ${one.kind}`,
    {
      help: ['a request id belongs to one waiter: derive it from what asks (execution and step, message and handler)'],
    },
  );
}
