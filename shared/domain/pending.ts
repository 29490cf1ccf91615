import { LanewayError, type ErrorSummary } from './errors.js';

/** Who is told the outcome of a request. */
export type Waiter =
  | { readonly kind: 'workflow'; readonly token: string; readonly execution: string; readonly step: string }
  /** A client polls the record. */
  | { readonly kind: 'client' }
  /** The agent handles the reply, or `RequestTimedOut`, as a message. */
  | { readonly kind: 'agent'; readonly id: string };

/** How a request ended. Times are ISO 8601. */
export type RequestOutcome =
  | {
      readonly state: 'replied';
      readonly by: string;
      readonly at: string;
      readonly data?: unknown;
      readonly dataref?: string;
      readonly type: string;
      readonly dataschema: string;
    }
  | { readonly state: 'timed-out'; readonly by: string; readonly at: string }
  | { readonly state: 'failed'; readonly by: string; readonly at: string; readonly error: ErrorSummary };

/** A request in the pending table; `by` of its outcome is the id of the message that won. */
export interface PendingRecord {
  readonly requestId: string;
  readonly correlationId: string;
  /** Id of the command message of this attempt. */
  readonly messageId: string;
  readonly type: string;
  readonly replyType: string;
  readonly deadline: string;
  readonly attempt: number;
  readonly waiter: Waiter;
  readonly outcome?: RequestOutcome;
  /** What the outcome's messages inherit. */
  readonly hops: number;
  readonly tenant?: string;
  readonly traceparent?: string;
}

/** Whether two waiters are the same one; a workflow's token may differ, as every dispatch of a step gets a new one. */
export function sameWaiter(a: Waiter, b: Waiter): boolean {
  if (a.kind === 'workflow') return b.kind === 'workflow' && a.execution === b.execution && a.step === b.step;
  if (a.kind === 'agent') return b.kind === 'agent' && a.id === b.id;
  return b.kind === 'client';
}

/** REFUSED for a request id that somebody else already waits on. */
export function otherWaiter(given: PendingRecord, existing: PendingRecord): LanewayError {
  return new LanewayError(
    'REFUSED',
    `request ${given.requestId} is already waited on by a ${existing.waiter.kind}, not by this ${given.waiter.kind}`,
    {
      help: ['a request id belongs to one waiter: derive it from what asks (execution and step, message and handler)'],
    },
  );
}
