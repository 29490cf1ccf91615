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

/** Finds executions. */
export interface ExecutionFinder {
  /** @returns undefined when there is none of that name. @throws LanewayError UNAVAILABLE */
  find(workflow: string, name: string): Promise<ExecutionDetail | undefined>;
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
