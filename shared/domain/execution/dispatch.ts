import type { Duration } from '../base/duration.js';
import type { Keep } from '../request/keep.js';
import type { Priority } from '../base/priority.js';

/** Input of a workflow execution; `message` is the start message without the fields that do not travel. */
export interface WorkflowInput {
  /** The start message. */
  readonly message: {
    readonly id: string;
    readonly type: string;
    readonly source: string;
    readonly time: string;
    readonly correlationid: string;
    readonly priority: Priority;
    readonly hops: number;
    /**
     * Path of the start message and one step more, for this workflow; absent from executions that were started before
     * there were paths.
     */
    readonly path?: string;
    readonly deadline?: string;
    readonly traceparent?: string;
    readonly tenant?: string;
    readonly actor?: string;
    readonly subject?: string;
    readonly data: unknown;
  };
  /** Generation of the execution: 0, or the number of an explicit repetition. */
  readonly generation: number;
  /** Request that the end of this execution answers; absent when no workflow waits for it. */
  readonly parent?: { readonly requestId: string };
}

/** Agent that a workflow step addresses, in place of the channel's own choice: by id, capabilities or role. */
export type DispatchTo =
  | string
  | { readonly capability: string }
  | { readonly role: string }
  | { readonly capabilities: readonly string[] }
  | { readonly any: readonly string[] };

/** Errors with which a waiting step can end, as its state machine is told. */
export type BadEnd = 'RequestTimedOut' | 'RequestFailed';

/** Fields of every call of the dispatcher by a state machine. */
interface DispatchBase {
  readonly workflow: string;
  /** Execution name (`$states.context.Execution.Name`). */
  readonly execution: string;
  readonly step: string;
  /** Position of the element in its list, within `flow.map`: `2`, or `2.0` in a map within a map. */
  readonly index?: string;
  /** Generation of the execution's input; absent from machines that were deployed before there were generations. @defaultValue 0 */
  readonly generation?: number;
  /** Errors for which the step has a value in place of the reply, so that the execution goes on. */
  readonly settles?: readonly BadEnd[];
  /** Parts of the reply that the execution keeps. @defaultValue all of it: machines that were deployed before it could be said */
  readonly keep?: Keep;
  /** The execution's `message` without `data`. */
  readonly message: Omit<WorkflowInput['message'], 'data'>;
}

/** Fields of a step that sends a message. */
interface DispatchSend extends DispatchBase {
  readonly type: string;
  /** Version of the type's schema that `data` was written for. @defaultValue the latest: machines deployed before it was said */
  readonly version?: number;
  readonly data: unknown;
  readonly priority?: Priority;
  readonly to?: DispatchTo;
}

/**
 * A request step (`lambda:invoke.waitForTaskToken`): the dispatcher sets the timer, stores the token in the pending
 * record, and publishes the command. The token is answered with `{ data }` of the reply by SendTaskSuccess, or by
 * SendTaskFailure with error `RequestTimedOut` or `RequestFailed`.
 */
export interface DispatchRequest extends DispatchSend {
  readonly kind: 'request';
  readonly token: string;
  /** Whole seconds from the dispatch to the deadline of the request. */
  readonly timeoutSeconds: number;
  /** Attempts that follow one without an answer, in place of the ladder of the command's channel. */
  readonly attempts?: DispatchAttempts;
  /** Command that undoes the request when the execution fails after its reply. */
  readonly undo?: DispatchCompensation;
}

/** Attempts that a step declares itself. Its names are looked up in the topology of the dispatcher. */
export interface DispatchAttempts {
  /** Time of one attempt. */
  readonly timeout: Duration;
  /** Attempts at the receiver that the step addresses. */
  readonly tries: number;
  /** Receivers that are asked when those tries are over, in this order. */
  readonly fallback: readonly DispatchFallback[];
}

/** One fallback, in the form of a rung that a channel declares, with all times given. */
export type DispatchFallback =
  | {
      readonly agent: string | { readonly capability: string } | { readonly role: string };
      readonly times?: number;
      readonly timeout: Duration;
    }
  | { readonly channel: string; readonly timeout: Duration }
  | { readonly person: Duration };

/** The command that undoes a request; `data` is a template over the reply (`fillTemplate`). */
export interface DispatchCompensation {
  readonly type: string;
  /** Version of the type's schema that `data` was written for. @defaultValue the latest */
  readonly version?: number;
  readonly data: unknown;
  readonly timeoutSeconds: number;
}

/** A publish step (`lambda:invoke`): the message is sent when the call returns. */
export interface DispatchPublish extends DispatchSend {
  readonly kind: 'publish';
}

/** A step that waits for a time (`lambda:invoke.waitForTaskToken`); the pending record is its clock as well. */
export interface DispatchWait extends DispatchBase {
  readonly kind: 'wait';
  readonly token: string;
  /** Whole seconds from the dispatch on. */
  readonly seconds?: number;
  /** Instant at which the wait ends, ISO 8601; one that has passed ends it at once. */
  readonly until?: string;
}

/** A step that runs another workflow and waits for its end (`lambda:invoke.waitForTaskToken`). */
export interface DispatchRun extends DispatchBase {
  readonly kind: 'run';
  readonly token: string;
  readonly timeoutSeconds: number;
  /** Name of the workflow. */
  readonly runs: string;
  /** Payload of its start message. */
  readonly data: unknown;
}

/** A step that waits for a person's decision (`lambda:invoke.waitForTaskToken`). */
export interface DispatchApproval extends DispatchBase {
  readonly kind: 'approval';
  readonly token: string;
  /** Whole seconds from the dispatch on. With `escalateTo` those who are asked then have as long again. */
  readonly timeoutSeconds: number;
  readonly title: string;
  readonly details?: unknown;
  readonly approvers: string;
  readonly escalateTo?: string;
}

/** A step that waits for a message of its conversation (`lambda:invoke.waitForTaskToken`). */
export interface DispatchReceive extends DispatchBase {
  readonly kind: 'receive';
  readonly token: string;
  readonly timeoutSeconds: number;
  readonly type: string;
  /** Subject that the message must have. */
  readonly key?: string;
}

/** Payload that a state machine passes to the dispatcher function. */
export type Dispatch =
  DispatchRequest | DispatchPublish | DispatchWait | DispatchRun | DispatchApproval | DispatchReceive;

/** Output of every workflow execution. */
export interface WorkflowOutput {
  /** Name given to `flow.complete`. */
  readonly result: string;
  readonly data?: unknown;
}
