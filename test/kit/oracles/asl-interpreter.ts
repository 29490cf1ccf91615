import jsonata from 'jsonata';
import type { AslBranch, AslCatch, AslDefinition, AslState, AslTask } from '../../../shared/workflow/compile/asl.js';

/** Call of a task of the machine. */
export interface TaskCall {
  readonly resource: string;
  readonly functionName: unknown;
  readonly payload: Record<string, unknown>;
}

/** Answers a task: the value is its result; throw an {@link AslError} to fail it. */
export type TaskHandler = (call: TaskCall) => unknown;

/** End of an execution. */
export interface MachineRun {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
  readonly calls: readonly TaskCall[];
  /** States in the order they were entered. */
  readonly entered: readonly string[];
}

/** A failure by error name. */
export class AslError extends Error {
  constructor(
    readonly error: string,
    cause = '',
  ) {
    super(cause);
  }
}

interface Scope {
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Runs the part of the Amazon States Language that Laneway writes, by its specification: expressions of a state see the
 * variables as they were before it, a branch sees the outer ones and keeps its own, an expression without result
 * fails with `States.QueryEvaluationError`, a variable is never set in an inner scope when an outer one has its name.
 * Retries are made at once.
 */
export async function execute(definition: AslDefinition, input: unknown, answer: TaskHandler): Promise<MachineRun> {
  const run = new Execution(structuredClone(input), answer);
  try {
    const output = await run.branch(definition, { variables: {} }, []);
    return { status: 'SUCCEEDED', output, calls: run.calls, entered: run.entered };
  } catch (error) {
    if (!(error instanceof AslError)) throw error;
    return { status: 'FAILED', error: error.error, cause: error.message, calls: run.calls, entered: run.entered };
  }
}

class Execution {
  readonly calls: TaskCall[] = [];
  readonly entered: string[] = [];
  #token = 0;

  constructor(
    private readonly input: unknown,
    private readonly answer: TaskHandler,
  ) {}

  async branch(
    machine: AslBranch,
    outer: Scope,
    outerNames: readonly string[],
    from: unknown = this.input,
  ): Promise<unknown> {
    let scope = outer;
    let name = machine.StartAt;
    let stateInput = from;
    const assign = async (
      given: AslState | AslCatch | { readonly Assign?: unknown },
      before: Scope,
      extra: Record<string, unknown>,
    ) => {
      const wanted = 'Assign' in given ? (given.Assign ?? {}) : {};
      const set = await this.#object(wanted, before, extra);
      const hidden = Object.keys(set).filter((variable) => outerNames.includes(variable));
      if (hidden.length > 0) throw new Error(`the machine sets ${hidden.join(', ')} of an outer scope`);
      scope = { variables: { ...before.variables, ...set } };
    };
    for (;;) {
      const state = machine.States[name];
      if (!state) throw new Error(`no state '${name}'`);
      this.entered.push(name);
      const before = scope;
      let result: unknown;
      try {
        switch (state.Type) {
          case 'Fail':
            throw new AslError(state.Error, String(await this.evaluate(state.Cause, before, {})));
          case 'Choice': {
            const rule = await this.#firstTrue(state, before, stateInput);
            await assign(rule, before, {});
            name = rule.Next;
            continue;
          }
          case 'Parallel': {
            const names = Object.keys(before.variables);
            stateInput = await Promise.all(state.Branches.map((inner) => this.branch(inner, before, names)));
            name = state.Next;
            continue;
          }
          case 'Map': {
            const names = Object.keys(before.variables);
            const items = await this.evaluate(state.Items, before, { input: stateInput });
            if (!Array.isArray(items)) throw new AslError('States.QueryEvaluationError', 'the items are no list');
            stateInput = await Promise.all(
              items.map((item: unknown) => this.branch(state.ItemProcessor, before, names, item)),
            );
            name = state.Next;
            continue;
          }
          case 'Task':
            result = await this.#task(state, before);
            break;
          case 'Pass':
        }
        const seen = { result, input: stateInput };
        await assign(state, before, seen);
        const output =
          state.Output === undefined ? (result ?? stateInput) : await this.evaluate(state.Output, before, seen);
        if (state.End) return output;
        stateInput = output;
        name = state.Next ?? '';
      } catch (error) {
        const caught =
          error instanceof AslError && state.Type === 'Task'
            ? state.Catch?.find((entry) => matches(entry.ErrorEquals, error.error))
            : undefined;
        if (!caught) throw error;
        await assign(caught, before, { errorOutput: { Error: (error as AslError).error } });
        name = caught.Next;
      }
    }
  }

  async #firstTrue(state: Extract<AslState, { Type: 'Choice' }>, scope: Scope, input: unknown) {
    for (const rule of state.Choices) if ((await this.evaluate(rule.Condition, scope, { input })) === true) return rule;
    throw new AslError('States.NoChoiceMatched');
  }

  async #task(state: AslTask, scope: Scope): Promise<unknown> {
    const tries = new Map<unknown, number>();
    for (;;) {
      const context = state.Resource.endsWith('.waitForTaskToken') ? { Task: { Token: `token-${++this.#token}` } } : {};
      try {
        const given = await this.#object(state.Arguments, scope, {}, context);
        const call = {
          resource: state.Resource,
          functionName: given['FunctionName'],
          payload: asObject(given['Payload']),
        };
        this.calls.push(call);
        return await this.answer(call);
      } catch (error) {
        if (!(error instanceof AslError)) throw error;
        const retry = state.Retry.find((entry) => matches(entry.ErrorEquals, error.error));
        const made = tries.get(retry) ?? 0;
        if (!retry || made >= retry.MaxAttempts) throw error;
        tries.set(retry, made + 1);
      }
    }
  }

  async #object(...given: Parameters<Execution['evaluate']>): Promise<Record<string, unknown>> {
    return asObject(await this.evaluate(...given));
  }

  async evaluate(
    value: unknown,
    scope: Scope,
    states: Record<string, unknown>,
    context: Record<string, unknown> = {},
  ): Promise<unknown> {
    if (typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}')) {
      const all = { ...states, context: { Execution: { Input: this.input, Name: 'execution-1' }, ...context } };
      let found: unknown;
      try {
        found = await jsonata(value.slice(2, -2)).evaluate(undefined, { ...scope.variables, states: all });
      } catch (error) {
        throw new AslError('States.QueryEvaluationError', `${value}: ${(error as Error).message}`);
      }
      if (found === undefined) throw new AslError('States.QueryEvaluationError', `${value} has no result`);
      return JSON.parse(JSON.stringify(found)) as unknown;
    }
    if (Array.isArray(value)) return Promise.all(value.map((item) => this.evaluate(item, scope, states, context)));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(
      async ([key, part]) => [key, await this.evaluate(part, scope, states, context)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }
}

function asObject(given: unknown): Record<string, unknown> {
  if (typeof given !== 'object' || given === null) throw new Error(`${JSON.stringify(given)} is no object`);
  return { ...given };
}

function matches(names: readonly string[], error: string): boolean {
  return names.includes(error) || (names.includes('States.TaskFailed') && error !== 'States.Timeout');
}
