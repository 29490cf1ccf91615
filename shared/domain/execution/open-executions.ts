/** An execution whose end has not been reported, as far as is noted. */
export interface OpenExecution {
  readonly workflow: string;
  /** Name of the execution. */
  readonly name: string;
  /** Instant from which its end was first looked for, milliseconds since 1970. */
  readonly since: number;
}

/**
 * Notes of executions whose end is still to be reported. A status event of Step Functions may be lost; by its note
 * supervision finds the execution all the same, and looks at no other one that has ended.
 */
export interface OpenExecutionStore {
  /** Notes an execution, to be looked at from `due` on, milliseconds since 1970; a repetition moves `due`. @throws LanewayError UNAVAILABLE */
  note(execution: OpenExecution, due: number): Promise<void>;
  /** Takes the note away. Nothing happens where there is none. @throws LanewayError UNAVAILABLE */
  close(name: string): Promise<void>;
  /** Executions that are due in (after, until], milliseconds since 1970, oldest first. @throws LanewayError UNAVAILABLE */
  due(after: number, until: number): AsyncIterable<OpenExecution & { readonly due: number }>;
}
