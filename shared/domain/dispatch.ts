import type { Priority } from './priority.js';

/** What a workflow execution is started with; `message` is the start message without what does not travel. */
export interface WorkflowInput {
  readonly message: {
    readonly id: string;
    readonly type: string;
    readonly source: string;
    readonly time: string;
    readonly correlationid: string;
    readonly priority: Priority;
    readonly hops: number;
    readonly deadline?: string;
    readonly traceparent?: string;
    readonly tenant?: string;
    readonly actor?: string;
    readonly subject?: string;
    readonly data: unknown;
  };
  /** 0, or the number of an explicit repetition. */
  readonly generation: number;
}

/** Who a workflow step addresses, besides the channel's own choice. */
export type DispatchTo = string | { readonly capability: string } | { readonly role: string };

/** Fields of every call of the dispatcher by a state machine. */
interface DispatchBase {
  readonly workflow: string;
  /** Execution name (`$states.context.Execution.Name`). */
  readonly execution: string;
  readonly step: string;
  /** Index within a map state. */
  readonly index?: number;
  /** The execution's `message` without `data`. */
  readonly message: Omit<WorkflowInput['message'], 'data'>;
  readonly type: string;
  readonly data: unknown;
  readonly priority?: Priority;
  readonly to?: DispatchTo;
}

/**
 * A request step (`lambda:invoke.waitForTaskToken`): the dispatcher sets the timer, stores the token in the pending
 * record, and publishes the command. The token is answered with `{ data }` of the reply by SendTaskSuccess, or by
 * SendTaskFailure with error `RequestTimedOut` or `RequestFailed`.
 */
export interface DispatchRequest extends DispatchBase {
  readonly kind: 'request';
  readonly token: string;
  /** Whole seconds from the dispatch to the deadline of the request. */
  readonly timeoutSeconds: number;
}

/** A publish step (`lambda:invoke`): the message is sent when the call returns. */
export interface DispatchPublish extends DispatchBase {
  readonly kind: 'publish';
}

/** What a state machine passes to the dispatcher function. */
export type Dispatch = DispatchRequest | DispatchPublish;

/** Output of every workflow execution. */
export interface WorkflowOutput {
  /** Name given to `flow.complete`. */
  readonly result: string;
  readonly data?: unknown;
}
