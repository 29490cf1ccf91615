/** Resumes executions that wait on a task token. */
export interface WorkflowResumer {
  /**
   * Ends the wait with an output. @returns `gone` when the token is no longer waited on. @throws LanewayError
   * UNAVAILABLE, to be repeated.
   */
  succeed(token: string, output: unknown): Promise<'resumed' | 'gone'>;
  /** Ends the wait with an error. @throws LanewayError UNAVAILABLE, to be repeated. */
  fail(token: string, error: string, cause: string): Promise<'resumed' | 'gone'>;
}

/** Starts executions. */
export interface WorkflowStarter {
  /**
   * Starts an execution. A name that exists already is no error and starts nothing.
   * @throws LanewayError CONFIGURATION, REFUSED for good; UNAVAILABLE, throttled too, to be repeated
   */
  start(workflow: string, name: string, input: unknown): Promise<'started' | 'exists'>;
  /** Tells whether an execution of this name was started, ended or not. @throws LanewayError CONFIGURATION, UNAVAILABLE */
  exists(workflow: string, name: string): Promise<boolean>;
}

/** Input and end of an execution, as far as they are known. */
export interface ExecutionFacts {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** Reads executions, for the facts that a status event leaves out. */
export interface ExecutionReader {
  /** @throws LanewayError UNAVAILABLE, to be repeated */
  describe(execution: string): Promise<ExecutionFacts>;
}
