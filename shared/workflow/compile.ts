import type {
  AslAssign,
  AslBranch,
  AslCatch,
  AslDefinition,
  AslRetry,
  AslState,
  AslTask,
  AslTransition,
  Json,
} from './asl.js';
import { kept, quoted, text, toJson, toJsonata, wrap, type Base } from './expression.js';
import { freeName } from './names.js';
import {
  allSteps,
  type Block,
  type CompleteStep,
  type MatchStep,
  type Origin,
  type ParallelStep,
  type PublishStep,
  type RequestStep,
  type Step,
  type Value,
} from './outline.js';
import type { Refuse } from './references.js';

/** What CDK puts the dispatcher function's ARN in place of. */
export const DISPATCHER_ARN = '${DispatcherArn}';

/** Seconds that a request's backstop outlasts its timeout: the pending record is the clock, this only ends what nobody answers. */
const BACKSTOP = 600;

/** The start message without its data. */
const START_MESSAGE =
  "{% $sift($states.context.Execution.Input.message, function($value, $name) { $name != 'data' }) %}";

/**
 * The dispatcher's own faults are tried again, whatever their name: a repeated dispatch is the same request. How a
 * request ends, and an expression that fails, is final.
 */
const RETRY: readonly AslRetry[] = [
  { ErrorEquals: ['RequestTimedOut', 'RequestFailed', 'States.QueryEvaluationError'], MaxAttempts: 0 },
  {
    ErrorEquals: ['States.TaskFailed'],
    MaxAttempts: 5,
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 30,
    JitterStrategy: 'FULL',
  },
];

/** An end of the machine or branch: the name of its state, should it need one of its own, and the output. */
interface End {
  readonly name: string;
  readonly output: (base: Base) => Json;
}

/** Where a path goes on: to a state, or out with an output; and what is set on the way. */
interface Next {
  readonly state?: string;
  readonly end?: End;
  readonly assigns: readonly { readonly origin: Origin; readonly value: Value }[];
}

type States = Record<string, AslState>;

/** Compiles a recorded and named workflow into a Standard state machine. */
export function compile(
  workflow: string,
  root: Block,
  deadlineSeconds: number,
  comment: string,
  refuse: Refuse,
): AslDefinition {
  const branch = new Compiler(workflow, refuse, new Set([...allSteps(root)].map(({ step }) => step.state))).machine(
    root,
  );
  return { Comment: comment, QueryLanguage: 'JSONata', TimeoutSeconds: deadlineSeconds, ...branch };
}

class Compiler {
  constructor(
    private readonly workflow: string,
    private readonly refuse: Refuse,
    private readonly names: Set<string>,
  ) {}

  machine(root: Block): AslBranch {
    return this.#branch(root, { name: freeName('complete', this.names), output: () => ({ result: 'completed' }) });
  }

  #branch(block: Block, end: End): AslBranch {
    const states: States = {};
    const start = this.#target(this.#block(block, { end, assigns: [] }, states), states);
    // Steps are compiled from the last to the first; a person reads them the other way.
    return { StartAt: start, States: Object.fromEntries(Object.entries(states).reverse()) };
  }

  #block(block: Block, after: Next, states: States): Next {
    return block.steps.reduceRight((next, step) => this.#step(step, next, states), after);
  }

  #step(step: Step, next: Next, states: States): Next {
    switch (step.kind) {
      case 'complete':
        return { end: { name: step.state, output: (base) => this.#output(step, base) }, assigns: [] };
      case 'fail':
        states[step.state] = { Type: 'Fail', Error: step.reason, Cause: text(step.message) };
        return { state: step.state, assigns: [] };
      case 'match':
        return this.#match(step, next, states);
      case 'parallel':
        return this.#parallel(step, next, states);
      default:
        return this.#send(step, next, states);
    }
  }

  #output(step: CompleteStep, base: Base): Json {
    return step.data
      ? this.#object({ result: { kind: 'literal', literal: step.result }, data: step.data }, base)
      : { result: text(step.result) };
  }

  #send(step: RequestStep | PublishStep, next: Next, states: States): Next {
    const own = step.kind === 'request' ? step.origin : undefined;
    const replies =
      step.kind === 'request'
        ? ([
            ['RequestTimedOut', step.onTimeout],
            ['RequestFailed', step.onFailure],
          ] as const)
        : [];
    const caught = replies.flatMap(([error, value]) => (value ? [{ error, value }] : []));
    // A catcher has to lead to a state, and both ways from here lead to the same one.
    const onward =
      caught.length > 0 && next.end
        ? { state: this.#target({ end: next.end, assigns: [] }, states), assigns: next.assigns }
        : next;
    const handlers = caught.map(({ error, value }): AslCatch => {
      const taken = `(${toJsonata(value, kept, this.refuse)})`;
      const assign = this.#assigns(
        onward,
        own?.used ? { [own.variable]: toJson(value, kept, this.refuse) } : {},
        (origin) => (origin === own ? taken : kept(origin)),
      );
      return { ErrorEquals: [error], ...assign, Next: onward.state ?? '' };
    });
    const result = '$states.result.data';
    const leads = this.#leads(onward, own?.used ? { [own.variable]: wrap(result) } : {}, (origin) =>
      origin === own ? result : kept(origin),
    );
    const task: AslTask = {
      Type: 'Task',
      Resource: `arn:aws:states:::lambda:invoke${step.kind === 'request' ? '.waitForTaskToken' : ''}`,
      Arguments: { FunctionName: DISPATCHER_ARN, Payload: this.#payload(step) },
      ...(step.kind === 'request' ? { TimeoutSeconds: step.timeoutSeconds + BACKSTOP } : {}),
      Retry: RETRY,
      ...(handlers.length > 0 ? { Catch: handlers } : {}),
      ...leads,
    };
    states[step.state] = task;
    return { state: step.state, assigns: [] };
  }

  #payload(step: RequestStep | PublishStep): Json {
    const fields: Readonly<Record<string, Value | undefined>> = {
      data: step.data,
      priority: step.priority,
      to: step.to,
    };
    const values = Object.entries(fields).flatMap(([name, value]) =>
      value ? [[name, toJson(value, kept, this.refuse)] as const] : [],
    );
    return {
      kind: step.kind,
      ...(step.kind === 'request'
        ? { token: '{% $states.context.Task.Token %}', timeoutSeconds: step.timeoutSeconds }
        : {}),
      workflow: this.workflow,
      execution: '{% $states.context.Execution.Name %}',
      step: step.state,
      message: START_MESSAGE,
      type: step.type,
      ...Object.fromEntries(values),
    };
  }

  #match(step: MatchStep, next: Next, states: States): Next {
    const { origin } = step;
    // What is set here is read behind it, and no state can read what it sets itself: then what follows is a state.
    const onward: Next =
      origin.used || next.assigns.length > 0 ? { state: this.#target(next, states), assigns: [] } : next;
    const on = toJsonata({ kind: 'reference', target: step.on }, kept, this.refuse);
    const rules = [...step.arms].reverse().map(({ literal, block }) => {
      const after: Next =
        origin.used && block.result ? { ...onward, assigns: [{ origin, value: block.result }] } : onward;
      const entry = this.#block(block, after, states);
      const target = entry.state ?? this.#target({ ...entry, assigns: [] }, states);
      const assign = this.#assigns(entry, {}, kept);
      return {
        Condition: wrap(`${on} = ${typeof literal === 'string' ? quoted(literal) : String(literal)}`),
        ...assign,
        Next: target,
      };
    });
    states[step.state] = { Type: 'Choice', Choices: rules.reverse() };
    return { state: step.state, assigns: [] };
  }

  #parallel(step: ParallelStep, next: Next, states: States): Next {
    const branches = step.branches.map(({ name, block, origin }) => {
      const output = (base: Base): Json =>
        block.result && origin.used ? this.#object({ value: block.result }, base) : {};
      return this.#branch(block, { name: freeName(`end ${name}`, this.names), output });
    });
    const results = new Map(step.branches.map(({ origin }, index) => [origin, `$states.input[${index}].value`]));
    const used = [...results].filter(([origin]) => origin.used);
    const own = Object.fromEntries(used.map(([origin, result]) => [origin.variable, wrap(result)]));
    const quiet = used.length === 0 && next.assigns.length === 0 && next.state !== undefined;
    const join = quiet ? next.state : freeName(step.state.replace('parallel', 'join'), this.names);
    if (!quiet)
      states[join] = { Type: 'Pass', ...this.#leads(next, own, (origin) => results.get(origin) ?? kept(origin)) };
    // The Parallel itself sets and puts out nothing: MiniStack 1.5.33 drops both, and one more state costs little.
    states[step.state] = { Type: 'Parallel', Branches: branches, Next: join };
    return { state: step.state, assigns: [] };
  }

  /** How a state goes on; `base` lets what it sets or puts out read its own result. Variables die with the machine or branch. */
  #leads(next: Next, own: AslAssign, base: Base): AslTransition {
    if (next.end) return { Output: next.end.output(base), End: true };
    return { ...this.#assigns(next, own, base), Next: next.state ?? '' };
  }

  #assigns(next: Next, own: AslAssign, base: Base): { readonly Assign?: AslAssign } {
    const all = {
      ...own,
      ...Object.fromEntries(
        next.assigns.map(({ origin, value }) => [origin.variable, toJson(value, base, this.refuse)]),
      ),
    };
    return Object.keys(all).length > 0 ? { Assign: all } : {};
  }

  /** The state that stands for where a path goes on; made when there is none yet. */
  #target(next: Next, states: States): string {
    if (next.assigns.length > 0) {
      const name = freeName('keep result', this.names);
      states[name] = {
        Type: 'Pass',
        ...this.#assigns(next, {}, kept),
        Next: this.#target({ ...next, assigns: [] }, states),
      };
      return name;
    }
    if (!next.end) return next.state ?? '';
    const { name, output } = next.end;
    states[name] ??= { Type: 'Pass', Output: output(kept), End: true };
    return name;
  }

  #object(fields: Readonly<Record<string, Value>>, base: Base): Json {
    const value: Value = { kind: 'object', fields: Object.entries(fields) };
    return toJson(value, base, this.refuse);
  }
}
