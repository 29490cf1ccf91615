/** The part of the Amazon States Language that Laneway writes (JSONata; states-language.net). Plain JSON. */

/** Any JSON value. Text that starts with `{%` is an expression. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Variables that a state sets when it ends. */
export type AslAssign = Readonly<Record<string, Json>>;

/** What to do when a task ends with one of these errors. */
export interface AslCatch {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Assign?: AslAssign;
}

/** How often, and how spaced, a task is begun again. Seconds. */
export interface AslRetry {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL';
}

/** Where a state leads: to another, or out, with the output of the machine or branch. */
export interface AslTransition {
  readonly Assign?: AslAssign;
  readonly Output?: Json;
  readonly Next?: string;
  readonly End?: true;
}

/** A call of the dispatcher function. */
export interface AslTask extends AslTransition {
  readonly Type: 'Task';
  readonly Comment?: string;
  readonly Resource: string;
  readonly Arguments: Json;
  readonly TimeoutSeconds?: number;
  readonly Retry: readonly AslRetry[];
  readonly Catch?: readonly AslCatch[];
}

/** Branches that run side by side. */
export interface AslParallel {
  readonly Type: 'Parallel';
  readonly Branches: readonly AslBranch[];
  readonly Next: string;
}

/** The same machine for each of a list of items, side by side; its output is the list of what they put out. */
export interface AslMap {
  readonly Type: 'Map';
  /** A list, or an expression for one. */
  readonly Items: string | readonly Json[];
  readonly MaxConcurrency?: number;
  readonly ItemProcessor: AslBranch & { readonly ProcessorConfig: { readonly Mode: 'INLINE' } };
  readonly Next: string;
}

/** Only sets variables or puts out: how a path ends, too, because MiniStack 1.5.33 drops the output of a Succeed state. */
export interface AslPass extends AslTransition {
  readonly Type: 'Pass';
}

/** One rule for each arm. No default: a value that no arm names ends the execution with `States.NoChoiceMatched`. */
export interface AslChoice {
  readonly Type: 'Choice';
  readonly Choices: readonly { readonly Condition: string; readonly Next: string; readonly Assign?: AslAssign }[];
}

/** The failure of the whole execution. */
export interface AslFail {
  readonly Type: 'Fail';
  readonly Error: string;
  readonly Cause: string;
}

/** A state of a compiled workflow. */
export type AslState = AslTask | AslParallel | AslMap | AslPass | AslChoice | AslFail;

/** States and where they begin. */
export interface AslBranch {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, AslState>>;
}

/** A whole machine, to be deployed as Standard. `${DispatcherArn}` stands for the ARN of the dispatcher function. */
export interface AslDefinition extends AslBranch {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONata';
  readonly TimeoutSeconds: number;
}
