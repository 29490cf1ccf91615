import { defined } from '../../domain/base/defined.js';
import type { Json } from '../../domain/base/json.js';
import type {
  AslAssign,
  AslBranch,
  AslCatch,
  AslDefinition,
  AslPass,
  AslRetry,
  AslState,
  AslTask,
  AslTransition,
} from './asl.js';
import { keptIn, quoted, text, toJson, toJsonata, wrap, type Base } from './expression.js';
import { RetainedFields } from './retained-fields.js';
import { freeName } from '../record/names.js';
import { dispatchPayload, type CallStep, type PayloadContext } from './payload.js';
import {
  allSteps,
  type Block,
  type CompleteStep,
  type MapStep,
  type MatchStep,
  type NamedSteps,
  type Names,
  type ValueOrigin,
  type ParallelStep,
  type Step,
  type Value,
} from '../record/outline.js';
import type { Refuse } from '../record/references.js';

/** Placeholder for the ARN of the dispatcher function, which CDK fills in. */
export const DISPATCHER_ARN = '${DispatcherArn}';

/**
 * Seconds that the timeout of a waiting state is longer than that of its request. The pending record is the clock; the
 * state's timeout only ends a wait that nobody answers.
 */
export const BACKSTOP_SECONDS = 21_600;

/** Most tries of one dispatch after the first: by then some three weeks have passed, as a rule. */
const MOST_RETRIES = 1_000;

/** Longest pause before jitter between two tries of a dispatch, seconds. */
export const LONGEST_RETRY_SECONDS = 3_600;

/**
 * The dispatcher's own faults are tried again until the execution's deadline, whatever their name: a repeated dispatch is
 * the same request. The end of a request is final, and so are a step that can never be dispatched and an expression that
 * fails. A pause is up to two fifths of the time since the first try, and up to an hour: 29 tries on average for an outage
 * of ten minutes and 43 for one of two hours, of three events each in the history.
 */
const RETRY: readonly AslRetry[] = [
  { ErrorEquals: ['RequestTimedOut', 'RequestFailed', 'StepRefused', 'States.QueryEvaluationError'], MaxAttempts: 0 },
  {
    ErrorEquals: ['States.TaskFailed'],
    MaxAttempts: MOST_RETRIES,
    IntervalSeconds: 1,
    BackoffRate: 1.2,
    MaxDelaySeconds: LONGEST_RETRY_SECONDS,
    JitterStrategy: 'FULL',
  },
];

/** End of the machine or branch: its output, and the name of its state where it needs one of its own. */
interface End {
  readonly name: string;
  readonly output: (base: Base) => Json;
}

/** Continuation of a path: a state, or the end with an output; and the variables set on the way. */
type Next = AtState | (OnTheWay & { readonly end: End });

type AtState = OnTheWay & { readonly state: string };

interface OnTheWay {
  readonly assigns: readonly { readonly origin: ValueOrigin; readonly value: Value }[];
}

type States = Record<string, AslState>;

/** Facts of a workflow that its machine shows. */
export interface WorkflowFacts {
  readonly name: string;
  /** Bound of an execution. */
  readonly deadlineSeconds: number;
  /** Text for people. */
  readonly comment: string;
}

/** Compiles a recorded and named workflow into a Standard state machine. */
export function compile(workflow: WorkflowFacts, steps: NamedSteps, refuse: Refuse): AslDefinition {
  const { deadlineSeconds, comment } = workflow;
  const branch = new Compiler(workflow, steps, refuse).machine(steps.root);
  return { Comment: comment, QueryLanguage: 'JSONata', TimeoutSeconds: deadlineSeconds, ...branch };
}

class Compiler implements PayloadContext {
  /** Position variable of the innermost map around the step that is being compiled. */
  #position: ValueOrigin | undefined;

  readonly names: Names;
  /** Names that states have already. */
  readonly #taken: Set<string>;
  readonly kept: Base;
  readonly retained: RetainedFields;

  constructor(
    readonly workflow: WorkflowFacts,
    steps: NamedSteps,
    readonly refuse: Refuse,
  ) {
    this.names = steps.names;
    this.#taken = new Set([...allSteps(steps.root)].map(({ step }) => steps.names.stateOf(step)));
    this.kept = keptIn(steps.names);
    this.retained = new RetainedFields(steps, refuse);
  }

  machine(root: Block): AslBranch {
    return this.#branch(root, { name: freeName('complete', this.#taken), output: () => ({ result: 'completed' }) });
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
        return { end: { name: this.names.stateOf(step), output: (base) => this.#output(step, base) }, assigns: [] };
      case 'fail':
        return this.#at(step, { Type: 'Fail', Error: step.reason, Cause: text(step.message) }, states);
      case 'match':
        return this.#match(step, next, states);
      case 'parallel':
        return this.#parallel(step, next, states);
      case 'map':
        return this.#map(step, next, states);
      default:
        return this.#send(step, next, states);
    }
  }

  #output(step: CompleteStep, base: Base): Json {
    return step.data
      ? this.#object({ result: { kind: 'literal', literal: step.result }, data: step.data }, base)
      : { result: text(step.result) };
  }

  #send(step: CallStep, next: Next, states: States): Next {
    const own = 'origin' in step ? step.origin : undefined;
    const variable = own && this.names.variableOf(own);
    const backstop = this.#backstop(step);
    const replies = [
      ['RequestTimedOut', 'onTimeout' in step ? step.onTimeout : undefined],
      ['RequestFailed', 'onFailure' in step ? step.onFailure : undefined],
    ] as const;
    const caught = replies.flatMap(([error, value]) => (value ? [{ error, value }] : []));
    // A catcher has to lead to a state, and both ways from here lead to the same one.
    const behind = caught.length > 0 ? this.#reached(next, states) : undefined;
    const handlers = caught.flatMap(({ error, value }): AslCatch[] => {
      if (!behind) return [];
      const taken = `(${toJsonata(value, this.kept, this.refuse)})`;
      const assign = this.#assigns(
        behind,
        variable === undefined ? {} : { [variable]: toJson(value, this.kept, this.refuse) },
        (origin) => (origin === own ? taken : this.kept(origin)),
      );
      return [{ ErrorEquals: [error], ...assign, Next: behind.state }];
    });
    const result = '$states.result.data';
    const leads = this.#leads(behind ?? next, variable === undefined ? {} : { [variable]: wrap(result) }, (origin) =>
      origin === own ? result : this.kept(origin),
    );
    const task: AslTask = {
      Type: 'Task',
      Resource: `arn:aws:states:::lambda:invoke${step.kind === 'publish' ? '' : '.waitForTaskToken'}`,
      Arguments: { FunctionName: DISPATCHER_ARN, Payload: dispatchPayload(step, this.#position, this) },
      ...defined({ TimeoutSeconds: backstop }),
      Retry: RETRY,
      ...(handlers.length > 0 ? { Catch: handlers } : {}),
      ...leads,
    };
    return this.#at(step, task, states);
  }

  /** Adds the state of a step. */
  #at(step: Step, state: AslState, states: States): AtState {
    const name = this.names.stateOf(step);
    states[name] = state;
    return { state: name, assigns: [] };
  }

  /** The same continuation, its end as a state. */
  #reached(next: Next, states: States): AtState {
    if ('state' in next) return next;
    return { state: this.#target({ end: next.end, assigns: [] }, states), assigns: next.assigns };
  }

  /** Timeout of the state, seconds. The pending record is the clock; the timeout only ends a wait that nobody answers. */
  #backstop(step: CallStep): number | undefined {
    if (step.kind === 'publish') return undefined;
    const rounds = step.kind === 'approval' && step.escalateTo !== undefined ? 2 : 1;
    if (step.kind !== 'wait') return step.timeoutSeconds * rounds + BACKSTOP_SECONDS;
    return ('seconds' in step.wait ? step.wait.seconds : this.workflow.deadlineSeconds) + BACKSTOP_SECONDS;
  }

  #match(step: MatchStep, next: Next, states: States): Next {
    const { origin } = step;
    // A variable that is set here is read behind, and no state can read what it sets itself: then a state follows.
    const used = this.names.variableOf(origin) !== undefined;
    const onward: Next = used || next.assigns.length > 0 ? { state: this.#target(next, states), assigns: [] } : next;
    const on = toJsonata({ kind: 'reference', target: step.on }, this.kept, this.refuse);
    const rules = [...step.arms].reverse().map(({ literal, block }) => {
      const after: Next = used && block.result ? { ...onward, assigns: [{ origin, value: block.result }] } : onward;
      const entry = this.#block(block, after, states);
      const target = 'state' in entry ? entry.state : this.#target({ ...entry, assigns: [] }, states);
      const assign = this.#assigns(entry, {}, this.kept);
      return {
        Condition: wrap(`${on} = ${typeof literal === 'string' ? quoted(literal) : String(literal)}`),
        ...assign,
        Next: target,
      };
    });
    return this.#at(step, { Type: 'Choice', Choices: rules.reverse() }, states);
  }

  #parallel(step: ParallelStep, next: Next, states: States): Next {
    const branches = step.branches.map(({ name, block, origin }) => {
      const output = (base: Base): Json =>
        block.result && this.names.variableOf(origin) !== undefined ? this.#object({ value: block.result }, base) : {};
      return this.#branch(block, { name: freeName(`end ${name}`, this.#taken), output });
    });
    const results = new Map(step.branches.map(({ origin }, index) => [origin, `$states.input[${index}].value`]));
    const join = this.#join(this.names.stateOf(step).replace('parallel', 'join'), results, next, states);
    return this.#at(step, { Type: 'Parallel', Branches: branches, Next: join }, states);
  }

  /**
   * Compiles a map. Each element travels with its index, as no engine but AWS is sure to offer the context of the map
   * in its states. The list constructor around `$map` keeps a single element a list.
   */
  #map(step: MapStep, next: Next, states: States): Next {
    const { block, position, item, origin } = step;
    const items = toJsonata({ kind: 'reference', target: step.items }, this.kept, this.refuse);
    const outer = this.#position;
    this.#position = position;
    const used = this.names.variableOf(origin) !== undefined;
    const output = (base: Base): Json => (block.result && used ? toJson(block.result, base, this.refuse) : {});
    const inner = this.#branch(block, { name: freeName(`end ${step.name}`, this.#taken), output });
    this.#position = outer;
    const index = '$string($states.input.index)';
    const each = freeName(`each ${step.name}`, this.#taken);
    const enter: AslPass = {
      Type: 'Pass',
      Assign: {
        ...this.#keep(position, outer ? `${this.kept(outer)} & '.' & ${index}` : index),
        ...this.#keep(item, '$states.input.value'),
      },
      Next: inner.StartAt,
    };
    const join = this.#join(`join ${step.name}`, new Map([[origin, '$states.input']]), next, states);
    const state: AslState = {
      Type: 'Map',
      Items: wrap(`[$map(${items}, function($value, $index) { {'index': $index, 'value': $value} })]`),
      MaxConcurrency: step.concurrency,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: each,
        States: { [each]: enter, ...inner.States },
      },
      Next: join,
    };
    return this.#at(step, state, states);
  }

  /**
   * Name of the state behind branches or elements that keeps their results, or of the next one where no step reads
   * them. A Parallel or Map itself sets and puts out nothing: MiniStack 1.5.33 drops both, and one more state costs
   * little.
   */
  #join(name: string, results: ReadonlyMap<ValueOrigin, string>, next: Next, states: States): string {
    const own = Object.assign({}, ...[...results].map(([origin, result]) => this.#keep(origin, result))) as AslAssign;
    if (Object.keys(own).length === 0 && next.assigns.length === 0 && 'state' in next) return next.state;
    const join = freeName(name, this.#taken);
    states[join] = { Type: 'Pass', ...this.#leads(next, own, (origin) => results.get(origin) ?? this.kept(origin)) };
    return join;
  }

  /**
   * Transition of a state; `base` lets the variables and the output read the state's own result. Variables die with the
   * machine or branch.
   */
  #leads(next: Next, own: AslAssign, base: Base): AslTransition {
    if ('end' in next) return { Output: next.end.output(base), End: true };
    return { ...this.#assigns(next, own, base), Next: next.state };
  }

  /** The variable of an origin with its value; nothing where no step reads it. */
  #keep(origin: ValueOrigin, expression: string): AslAssign {
    const variable = this.names.variableOf(origin);
    return variable === undefined ? {} : { [variable]: wrap(expression) };
  }

  #assigns({ assigns }: OnTheWay, own: AslAssign, base: Base): { readonly Assign?: AslAssign } {
    const set = assigns.flatMap(({ origin, value }) => {
      const variable = this.names.variableOf(origin);
      return variable === undefined ? [] : [[variable, toJson(value, base, this.refuse)] as const];
    });
    const all = { ...own, ...Object.fromEntries(set) };
    return Object.keys(all).length > 0 ? { Assign: all } : {};
  }

  /** Name of the state at which a path goes on; it is made when there is none yet. */
  #target(next: Next, states: States): string {
    if (next.assigns.length > 0) {
      const name = freeName('keep result', this.#taken);
      states[name] = {
        Type: 'Pass',
        ...this.#assigns(next, {}, this.kept),
        Next: this.#target({ ...next, assigns: [] }, states),
      };
      return name;
    }
    if ('state' in next) return next.state;
    const { name, output } = next.end;
    states[name] ??= { Type: 'Pass', Output: output(this.kept), End: true };
    return name;
  }

  #object(fields: Readonly<Record<string, Value>>, base: Base): Json {
    const value: Value = { kind: 'object', fields: Object.entries(fields) };
    return toJson(value, base, this.refuse);
  }
}
