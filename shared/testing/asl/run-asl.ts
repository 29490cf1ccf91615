import { LanewayError } from '../../domain/base/errors.js';
import type { AslBranch, AslDefinition, AslRetry, AslState, AslTask } from '../../workflow/compile/asl.js';
import { AslFailure } from './asl-failure.js';
import { checkData, checkVariables } from './asl-limits.js';
import type { TokenAnswer } from '../memory/memory-workflows.js';

/** Surroundings of one interpreted execution: its dispatcher, its task tokens, its time. */
export interface ExecutionHost {
  /** Name of the execution. */
  readonly name: string;
  readonly input: unknown;
  /** Invokes the dispatcher function. */
  dispatch(payload: unknown): Promise<unknown>;
  /** Waits until a token is answered, or for so many seconds. */
  answerTo(token: string, timeoutSeconds: number | undefined): Promise<TokenAnswer>;
  /** Forgets a token: nobody waits for its answer any more. */
  forget(token: string): void;
  newToken(): string;
  sleep(seconds: number): Promise<void>;
  random(): number;
}

/** Evaluates a JSONata expression over variables; undefined when it has no result. */
export type Evaluate = (expression: string, variables: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** JSONata of the package `jsonata`. @throws LanewayError CONFIGURATION when it is not installed */
export async function loadJsonata(): Promise<Evaluate> {
  let jsonata;
  try {
    ({ default: jsonata } = await import('jsonata'));
  } catch (cause) {
    throw new LanewayError('CONFIGURATION', "workflows run in process with the package 'jsonata', which is missing", {
      cause,
      help: ['npm install --save-dev jsonata   (2.x, the version of JSONata that Step Functions evaluates)'],
    });
  }
  const compiled = new Map<string, ReturnType<typeof jsonata>>();
  return async (expression, variables) => {
    const known = compiled.get(expression) ?? jsonata(expression);
    compiled.set(expression, known);
    return (await known.evaluate(undefined, { ...variables })) as unknown;
  };
}

type Variables = Readonly<Record<string, unknown>>;
type States = Readonly<Record<string, unknown>>;
type Moved =
  { readonly end: unknown } | { readonly next: string; readonly variables: Variables; readonly out: unknown };

/** Ends the branches of a Parallel when one of them failed. */
interface Scope {
  cancelled: boolean;
}

const CANCELLED = 'Laneway.Cancelled';

/** Errors that `States.TaskFailed` does not stand for (Step Functions, error names). */
const FINAL = ['States.Timeout', 'States.DataLimitExceeded'];

/**
 * Runs one execution of a compiled workflow: the states that `defineWorkflow` writes, by their specification
 * (states-language.net). Expressions see the variables as they were before their state; a branch sees the outer ones and
 * keeps its own; an expression without a result fails with `States.QueryEvaluationError`, more data than Step Functions takes
 * with `States.DataLimitExceeded`.
 *
 * @throws AslFailure when the execution fails
 */
export async function runAsl(definition: AslDefinition, host: ExecutionHost, evaluate: Evaluate): Promise<unknown> {
  return new MachineRun(host, evaluate).branch(definition, {}, host.input, { cancelled: false });
}

/** One execution. Not called `Execution`: the compiler renames that key of the context object to an alias of the class. */
class MachineRun {
  constructor(
    private readonly host: ExecutionHost,
    private readonly evaluate: Evaluate,
  ) {}

  async branch(machine: AslBranch, outer: Variables, input: unknown, scope: Scope): Promise<unknown> {
    let name = machine.StartAt;
    let variables = outer;
    let out = input;
    for (;;) {
      if (scope.cancelled) throw new AslFailure(CANCELLED, 'another branch failed');
      const state = machine.States[name];
      if (!state) throw new LanewayError('INVALID_WORKFLOW', `the machine has no state '${name}'`);
      const moved = await this.#step(state, variables, out, scope).catch((failure: unknown) => {
        if (failure instanceof AslFailure) failure.state ??= name;
        throw failure;
      });
      if ('end' in moved) return moved.end;
      ({ next: name, variables, out } = moved);
    }
  }

  async #step(state: AslState, before: Variables, input: unknown, scope: Scope): Promise<Moved> {
    switch (state.Type) {
      case 'Fail':
        throw new AslFailure(state.Error, String(await this.#value(state.Cause, before, {})));
      case 'Choice':
        for (const rule of state.Choices) {
          if ((await this.#value(rule.Condition, before, { input })) === true)
            return { next: rule.Next, variables: await this.#assign(rule.Assign, before, { input }), out: input };
        }
        throw new AslFailure('States.NoChoiceMatched', 'no rule of the choice holds');
      case 'Parallel': {
        const out = await this.#sideBySide(
          state.Branches.map((branch) => [branch, input] as const),
          before,
          scope,
        );
        return { next: state.Next, variables: before, out: checkData('the results of branches', out) };
      }
      case 'Map': {
        const items = await this.#value(state.Items, before, { input });
        if (!Array.isArray(items))
          throw new AslFailure('States.QueryEvaluationError', 'the items of a map are no list');
        checkData('the items of a map', items);
        const machines = items.map((item: unknown) => [state.ItemProcessor, item] as const);
        const out = await this.#sideBySide(machines, before, scope, state.MaxConcurrency);
        return { next: state.Next, variables: before, out: checkData('the results of elements', out) };
      }
      case 'Pass':
        return this.#leave(state, before, { input }, input);
      case 'Task':
        try {
          const result = await this.#task(state, before);
          return await this.#leave(state, before, { input, result }, result);
        } catch (failure) {
          const caught =
            failure instanceof AslFailure &&
            state.Catch?.find(({ ErrorEquals }) => isMeant(ErrorEquals, failure.error));
          if (!caught) throw failure;
          const errorOutput = { Error: failure.error, Cause: failure.detail };
          const variables = await this.#assign(caught.Assign, before, { input, errorOutput });
          return { next: caught.Next, variables, out: errorOutput };
        }
    }
  }

  async #leave(
    state: Extract<AslState, { Type: 'Pass' | 'Task' }>,
    before: Variables,
    states: States,
    fallback: unknown,
  ): Promise<Moved> {
    const variables = await this.#assign(state.Assign, before, states);
    const out = checkData(
      'the output of a state',
      state.Output === undefined ? fallback : await this.#value(state.Output, before, states),
    );
    return state.End ? { end: out } : { next: state.Next ?? '', variables, out };
  }

  async #sideBySide(
    branches: readonly (readonly [AslBranch, unknown])[],
    before: Variables,
    outer: Scope,
    concurrency = branches.length,
  ): Promise<unknown[]> {
    const scope: Scope = {
      get cancelled() {
        return outer.cancelled || failed;
      },
    };
    let failed = false;
    const out = new Array<unknown>(branches.length);
    const waiting = [...branches.entries()];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && !scope.cancelled; next = waiting.shift()) {
        const [index, [branch, input]] = next;
        out[index] = await this.branch(branch, before, input, scope).catch((error: unknown) => {
          failed = true;
          throw error;
        });
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, branches.length) }, worker));
    return out;
  }

  async #task(state: AslTask, before: Variables): Promise<unknown> {
    const made = new Map<AslRetry, number>();
    for (;;) {
      try {
        return await this.#try(state, before);
      } catch (failure) {
        if (!(failure instanceof AslFailure)) throw failure;
        const retry = state.Retry.find(({ ErrorEquals }) => isMeant(ErrorEquals, failure.error));
        const tries = retry ? (made.get(retry) ?? 0) : 0;
        if (!retry || tries >= retry.MaxAttempts) throw failure;
        made.set(retry, tries + 1);
        const ceiling = Math.min(
          retry.MaxDelaySeconds ?? Infinity,
          (retry.IntervalSeconds ?? 1) * (retry.BackoffRate ?? 2) ** tries,
        );
        await this.host.sleep(retry.JitterStrategy === 'FULL' ? this.host.random() * ceiling : ceiling);
      }
    }
  }

  async #try(state: AslTask, before: Variables): Promise<unknown> {
    const waits = state.Resource.endsWith('.waitForTaskToken');
    const token = this.host.newToken();
    const given = await this.#value(state.Arguments, before, {}, waits ? { Task: { Token: token } } : {});
    const payload = checkData('the arguments of a task', (given as { readonly Payload?: unknown }).Payload);
    if (!waits) return { Payload: await this.host.dispatch(payload) };
    // Listened to first: the dispatcher may answer the token before it returns.
    const answer = this.host.answerTo(token, state.TimeoutSeconds);
    try {
      await this.host.dispatch(payload);
    } catch (failure) {
      this.host.forget(token);
      throw failure;
    }
    const answered = await answer;
    if (!answered.ok) throw new AslFailure(answered.error, answered.cause);
    return checkData('the result of a task', answered.output);
  }

  async #assign(assign: unknown, before: Variables, states: States): Promise<Variables> {
    if (assign === undefined) return before;
    const assigned = (await this.#value(assign, before, states)) as Variables;
    const all = { ...before, ...assigned };
    checkVariables(assigned, all);
    return all;
  }

  async #value(value: unknown, variables: Variables, states: States, context: States = {}): Promise<unknown> {
    if (typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}')) {
      const { name, input } = this.host;
      const all = { ...states, context: { Execution: { Input: input, Name: name }, ...context } };
      let found: unknown;
      try {
        found = await this.evaluate(value.slice(2, -2), { ...variables, states: all });
      } catch (error) {
        throw new AslFailure('States.QueryEvaluationError', `${value}: ${messageOf(error)}`);
      }
      if (found === undefined) throw new AslFailure('States.QueryEvaluationError', `${value} has no result`);
      return JSON.parse(JSON.stringify(found)) as unknown;
    }
    if (Array.isArray(value)) return Promise.all(value.map((part) => this.#value(part, variables, states, context)));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(
      async ([key, part]) => [key, await this.#value(part, variables, states, context)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }
}

function isMeant(names: readonly string[], error: string): boolean {
  return (
    error !== CANCELLED && (names.includes(error) || (names.includes('States.TaskFailed') && !FINAL.includes(error)))
  );
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
