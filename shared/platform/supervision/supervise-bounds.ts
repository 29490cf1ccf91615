/** Bounds of one run. */
export interface SuperviseBounds {
  /** Milliseconds that a step, or the end of its request, is given to come to its next state by itself. */
  readonly grace: number;
  /** Executions, and open requests, that one run looks at. */
  readonly most: number;
  /** Instant at which the run stops, milliseconds since 1970. */
  readonly stopAt: number;
}

/** Counts of one run. */
export interface SuperviseSummary {
  /** Running executions that were looked at. */
  readonly executions: number;
  /** Steps whose request had ended without their hearing of it, and that have been told. */
  readonly toldAgain: number;
  /** Steps that waited on a request which is not recorded: it now is, as failed, and they have been told. */
  readonly unanswered: number;
  /** Executions that were ended, as their engine does not tell how to reach the step. */
  readonly stopped: number;
  /** Open requests of steps that were looked at. */
  readonly requests: number;
  /** Requests that were taken back, as the execution that made them has ended. */
  readonly takenBack: number;
  /** Executions that were noted as open and looked at, as their end was due to be reported. */
  readonly ends: number;
  /** Ends of executions that nobody had been told of, and that have been reported. */
  readonly reported: number;
  /** Executions and requests that could not be looked at or resolved; the next run does. */
  readonly failed: number;
  /** False when the bounds ended the run: the next one goes on from there. */
  readonly complete: boolean;
}
