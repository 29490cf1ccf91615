/** The part of the Amazon States Language that Laneway writes (JSONata; states-language.net). Plain JSON. */

import type { Json } from '../../domain/base/json.js';

/** Variables that a state sets when it ends. */
export type AslAssign = Readonly<Record<string, Json>>;

/** Catcher of a task: the way on when the task ends with one of these errors. */
export interface AslCatch {
  /** Names of the errors that it catches. */
  readonly ErrorEquals: readonly string[];
  /** Name of the state that follows. */
  readonly Next: string;
  /** Variables that are set on the way. */
  readonly Assign?: AslAssign;
}

/** Retrier of a task: number and spacing of further tries. Times are seconds. */
export interface AslRetry {
  /** Names of the errors after which the task is tried again. */
  readonly ErrorEquals: readonly string[];
  /** Most further tries; 0 makes these errors final. */
  readonly MaxAttempts: number;
  /** Seconds before the first further try. */
  readonly IntervalSeconds?: number;
  /** Factor by which the pause grows with each try. */
  readonly BackoffRate?: number;
  /** Longest pause, seconds. */
  readonly MaxDelaySeconds?: number;
  /** Randomises each pause between 0 and its length. */
  readonly JitterStrategy?: 'FULL';
}

/** Transition of a state: to another one, or out, with the output of the machine or branch. */
export interface AslTransition {
  /** Variables that are set when the state ends. */
  readonly Assign?: AslAssign;
  /** Output of the machine or branch, with `End`. */
  readonly Output?: Json;
  /** Name of the state that follows; absent with `End`. */
  readonly Next?: string;
  /** Set on the last state of a machine or branch. */
  readonly End?: true;
}

/** A call of the dispatcher function. */
export interface AslTask extends AslTransition {
  /** Kind of the state. */
  readonly Type: 'Task';
  /** Text for people. */
  readonly Comment?: string;
  /** ARN of the Step Functions integration: `lambda:invoke`, or with `.waitForTaskToken` for a step that waits. */
  readonly Resource: string;
  /** Name of the dispatcher function, and the payload that it gets. */
  readonly Arguments: Json;
  /** Seconds after which the task ends unanswered. */
  readonly TimeoutSeconds?: number;
  /** Retriers; the first that fits the error applies. */
  readonly Retry: readonly AslRetry[];
  /** Catchers; the first that fits the error applies. */
  readonly Catch?: readonly AslCatch[];
}

/** Branches that run side by side. */
export interface AslParallel {
  /** Kind of the state. */
  readonly Type: 'Parallel';
  /** The branches; their outputs come as a list in this order. */
  readonly Branches: readonly AslBranch[];
  /** Name of the state that follows when all have ended. */
  readonly Next: string;
}

/** The same machine for each item of a list, side by side; its output is the list of the items' outputs. */
export interface AslMap {
  /** Kind of the state. */
  readonly Type: 'Map';
  /** A list, or an expression for one. */
  readonly Items: string | readonly Json[];
  /** Items that run at once; absent or 0: as many as Step Functions allows. */
  readonly MaxConcurrency?: number;
  /** Machine that runs for one item. */
  readonly ItemProcessor: AslBranch & { readonly ProcessorConfig: { readonly Mode: 'INLINE' } };
  /** Name of the state that follows when all have ended. */
  readonly Next: string;
}

/**
 * A state that only sets variables or gives an output. A path ends with one too, because MiniStack 1.5.33 drops the
 * output of a Succeed state.
 */
export interface AslPass extends AslTransition {
  /** Kind of the state. */
  readonly Type: 'Pass';
}

/** One rule for each arm. No default: a value that no arm names ends the execution with `States.NoChoiceMatched`. */
export interface AslChoice {
  /** Kind of the state. */
  readonly Type: 'Choice';
  /** Rules; the first whose condition holds is taken. */
  readonly Choices: readonly { readonly Condition: string; readonly Next: string; readonly Assign?: AslAssign }[];
}

/** A state that fails the whole execution. */
export interface AslFail {
  /** Kind of the state. */
  readonly Type: 'Fail';
  /** Error name of the execution. */
  readonly Error: string;
  /** Text of the error, for people. */
  readonly Cause: string;
}

/** A state of a compiled workflow. */
export type AslState = AslTask | AslParallel | AslMap | AslPass | AslChoice | AslFail;

/** A machine or a branch of one: its states, and the name of the first. */
export interface AslBranch {
  /** Name of the first state. */
  readonly StartAt: string;
  /** States by name. */
  readonly States: Readonly<Record<string, AslState>>;
}

/**
 * A whole machine, to be deployed as Standard. A text that starts with `{%` is an expression. `${DispatcherArn}` stands for the ARN of the dispatcher
 * function.
 */
export interface AslDefinition extends AslBranch {
  /** Text for people: workflow, topology and start message. */
  readonly Comment: string;
  /** Language of the expressions. */
  readonly QueryLanguage: 'JSONata';
  /** Bound of an execution, seconds. */
  readonly TimeoutSeconds: number;
}
