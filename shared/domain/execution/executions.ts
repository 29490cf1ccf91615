/** Statuses of an execution of a workflow. */
export const EXECUTION_STATUSES = ['running', 'succeeded', 'failed', 'timed-out', 'aborted'] as const;

/** Status of an execution of a workflow. */
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** One execution of a workflow. Times are ISO 8601. */
export interface Execution {
  /** Name of the workflow. */
  readonly workflow: string;
  /** Name of the execution, unique in its state machine. */
  readonly name: string;
  /** Status at the time of reading. */
  readonly status: ExecutionStatus;
  /** Start of the execution. */
  readonly startedAt: string;
  /** End of the execution; absent while it runs. */
  readonly endedAt?: string;
}

/** An execution with its input and its end. */
export interface ExecutionDetail extends Execution {
  /** Input that it was started with. */
  readonly input: unknown;
  /** Output; absent unless it succeeded. */
  readonly output?: unknown;
  /** Error name; absent unless it failed. */
  readonly error?: string;
  /** Text of the error; absent unless it failed. */
  readonly cause?: string;
}

/** End of an execution, as its status event tells it. */
export interface ExecutionEnd {
  /** ARN of the execution, from which the ids of the messages about its end follow. */
  readonly arn: string;
  /** Status in the words of Step Functions. */
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** ISO 8601. */
  readonly endedAt: string;
  /** Input that it was started with. */
  readonly input: unknown;
  /** Output; absent unless it succeeded. */
  readonly output?: unknown;
  /** Error name; absent unless it failed. */
  readonly error?: string;
  /** Text of the error; absent unless it failed. */
  readonly cause?: string;
}

/** Counts of an execution's entries into a state and exits from it, with the first visit and the last exit (ISO 8601). */
export interface StateVisits {
  readonly entered: number;
  readonly exited: number;
  readonly since: string;
  readonly until?: string;
}

/** A step at which an execution waits for the answer to its task token. */
export interface OpenCall {
  /** Name of the state. */
  readonly state: string;
  /** Instant at which the step began, ISO 8601. */
  readonly since: string;
  /**
   * Payload that the state passed to the dispatcher, its token included: never to be logged or shown. Absent on engines
   * whose history leaves it out.
   */
  readonly payload?: unknown;
}

/** Finds executions. */
export interface ExecutionFinder {
  /** Finds an execution. @returns undefined when there is none of that name. @throws LanewayError UNAVAILABLE */
  find(workflow: string, name: string): Promise<ExecutionDetail | undefined>;
}

/** Executions of an application's machines, as supervision reads and stops them. */
export interface SupervisedExecutions extends ExecutionFinder {
  /** Names of the deployed workflows. */
  readonly workflows: readonly string[];
  /** Executions of one workflow, in any order. @throws LanewayError UNAVAILABLE */
  list(workflow: string, status?: ExecutionStatus): AsyncIterable<Execution>;
  /** The end of an execution; undefined when there is none of that name. @throws LanewayError UNAVAILABLE */
  end(workflow: string, name: string): Promise<ExecutionEnd | 'running' | undefined>;
  /** The steps at which a running execution waits. @throws LanewayError UNAVAILABLE */
  openCalls(workflow: string, name: string): Promise<readonly OpenCall[]>;
  /** The definition that an execution was started with. @throws LanewayError UNAVAILABLE */
  definition(workflow: string, execution: string): Promise<unknown>;
  /** Ends a running execution as aborted. @throws LanewayError UNAVAILABLE */
  stop(workflow: string, name: string, error: string, cause: string): Promise<void>;
}

/** Executions of an application's machines, as an operator sees and stops them. */
export interface WorkflowEngine extends ExecutionFinder {
  /** Names of the deployed workflows. */
  readonly workflows: readonly string[];
  /** Executions of one workflow, the latest first. @throws LanewayError UNAVAILABLE */
  list(workflow: string, status?: ExecutionStatus): AsyncIterable<Execution>;
  /** Visits to the states of an execution, by the state's name. @throws LanewayError UNAVAILABLE */
  visits(workflow: string, name: string): Promise<Readonly<Record<string, StateVisits>>>;
  /** The definition as it is deployed, or as an execution was started with it. @throws LanewayError UNAVAILABLE */
  definition(workflow: string, execution?: string): Promise<unknown>;
  /** Ends a running execution as aborted. @throws LanewayError UNAVAILABLE */
  stop(workflow: string, name: string, error: string, cause: string): Promise<void>;
}
