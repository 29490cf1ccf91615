/** How far an execution of a workflow is. */
export const EXECUTION_STATUSES = ['running', 'succeeded', 'failed', 'timed-out', 'aborted'] as const;

/** How far an execution of a workflow is. */
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** One execution of a workflow. Times are ISO 8601. */
export interface Execution {
  readonly workflow: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** An execution with what it was given and how it ended. */
export interface ExecutionDetail extends Execution {
  readonly input: unknown;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** How often an execution has come to a state, and left it. */
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
  /** When it was begun, ISO 8601. */
  readonly since: string;
  /**
   * What the state passed to the dispatcher, its token included: never to be logged or shown. Absent on engines whose
   * history leaves it out.
   */
  readonly payload?: unknown;
}

/** Finds executions. */
export interface ExecutionFinder {
  /** @returns undefined when there is none of that name. @throws LanewayError UNAVAILABLE */
  find(workflow: string, name: string): Promise<ExecutionDetail | undefined>;
}

/** What supervision needs of the machines of an application. */
export interface SupervisedExecutions extends ExecutionFinder {
  /** Names of the deployed workflows. */
  readonly workflows: readonly string[];
  /** Executions of one workflow, in any order. @throws LanewayError UNAVAILABLE */
  list(workflow: string, status?: ExecutionStatus): AsyncIterable<Execution>;
  /** The steps at which a running execution waits. @throws LanewayError UNAVAILABLE */
  openCalls(workflow: string, name: string): Promise<readonly OpenCall[]>;
  /** The definition that an execution was started with. @throws LanewayError UNAVAILABLE */
  definition(workflow: string, execution: string): Promise<unknown>;
  /** Ends a running execution as aborted. @throws LanewayError UNAVAILABLE */
  stop(workflow: string, name: string, error: string, cause: string): Promise<void>;
}

/** What an operator sees of, and does to, the machines of an application. */
export interface WorkflowEngine extends ExecutionFinder {
  /** Names of the deployed workflows. */
  readonly workflows: readonly string[];
  /** Executions of one workflow, the latest first. @throws LanewayError UNAVAILABLE */
  list(workflow: string, status?: ExecutionStatus): AsyncIterable<Execution>;
  /** By name of the state. @throws LanewayError UNAVAILABLE */
  visits(workflow: string, name: string): Promise<Readonly<Record<string, StateVisits>>>;
  /** The definition as it is deployed, or as an execution was started with it. @throws LanewayError UNAVAILABLE */
  definition(workflow: string, execution?: string): Promise<unknown>;
  /** Ends a running execution as aborted. @throws LanewayError UNAVAILABLE */
  stop(workflow: string, name: string, error: string, cause: string): Promise<void>;
}
