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
  Json,
} from './asl.js';
import { kept, quoted, text, toJson, toJsonata, wrap, type Base } from './expression.js';
import { RetainedFields } from './retained-fields.js';
import { freeName } from '../record/names.js';
import { toTemplate } from './template.js';
import {
  allSteps,
  type ApprovalStep,
  type Block,
  type CompleteStep,
  type MapStep,
  type MatchStep,
  type Origin,
  type ParallelStep,
  type PublishStep,
  type ReceiveStep,
  type RequestStep,
  type RunStep,
  type Step,
  type Value,
  type WaitStep,
} from '../record/outline.js';
import type { Refuse } from '../record/references.js';

/** Placeholder for the ARN of the dispatcher function, which CDK fills in. */
export const DISPATCHER_ARN = '${DispatcherArn}';

/**
 * Seconds that the timeout of a waiting state is longer than that of its request. The pending record is the clock; the
 * state's timeout only ends a wait that nobody answers.
 */
export const BACKSTOP_SECONDS = 600;

/** The start message without its data. */
const START_MESSAGE =
  "{% $sift($states.context.Execution.Input.message, function($value, $name) { $name != 'data' }) %}";

/**
 * The dispatcher's own faults are tried again, whatever their name: a repeated dispatch is the same request. The end of
 * a request is final, and so is an expression that fails.
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

/** End of the machine or branch: its output, and the name of its state where it needs one of its own. */
interface End {
  readonly name: string;
  readonly output: (base: Base) => Json;
}

/** Continuation of a path: a state, or the end with an output; and the variables set on the way. */
interface Next {
  readonly state?: string;
  readonly end?: End;
  readonly assigns: readonly { readonly origin: Origin; readonly value: Value }[];
}

/** A step that calls the dispatcher. */
type CallStep = RequestStep | PublishStep | WaitStep | RunStep | ApprovalStep | ReceiveStep;

type States = Record<string, AslState>;

/** Compiles a recorded and named workflow into a Standard state machine. */
export function compile(
  workflow: string,
  root: Block,
  deadlineSeconds: number,
  comment: string,
  refuse: Refuse,
): AslDefinition {
  const names = new Set([...allSteps(root)].map(({ step }) => step.state));
  const branch = new Compiler(workflow, deadlineSeconds, refuse, names, new RetainedFields(root, refuse)).machine(root);
  return { Comment: comment, QueryLanguage: 'JSONata', TimeoutSeconds: deadlineSeconds, ...branch };
}

class Compiler {
  /** Position variable of the innermost map around the step that is being compiled. */
  #position: Origin | undefined;

  constructor(
    private readonly workflow: string,
    private readonly deadlineSeconds: number,
    private readonly refuse: Refuse,
    private readonly names: Set<string>,
    private readonly keeps: RetainedFields,
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
    const backstop = this.#backstop(step);
    const replies = [
      ['RequestTimedOut', 'onTimeout' in step ? step.onTimeout : undefined],
      ['RequestFailed', 'onFailure' in step ? step.onFailure : undefined],
    ] as const;
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
      Resource: `arn:aws:states:::lambda:invoke${step.kind === 'publish' ? '' : '.waitForTaskToken'}`,
      Arguments: { FunctionName: DISPATCHER_ARN, Payload: this.#payload(step) },
      ...(backstop === undefined ? {} : { TimeoutSeconds: backstop }),
      Retry: RETRY,
      ...(handlers.length > 0 ? { Catch: handlers } : {}),
      ...leads,
    };
    states[step.state] = task;
    return { state: step.state, assigns: [] };
  }

  /** Timeout of the state, seconds. The pending record is the clock; the timeout only ends a wait that nobody answers. */
  #backstop(step: CallStep): number | undefined {
    if (step.kind === 'publish') return undefined;
    const rounds = step.kind === 'approval' && step.escalateTo !== undefined ? 2 : 1;
    if (step.kind !== 'wait') return step.timeoutSeconds * rounds + BACKSTOP_SECONDS;
    return ('seconds' in step.wait ? step.wait.seconds : this.deadlineSeconds) + BACKSTOP_SECONDS;
  }

  #payload(step: CallStep): Json {
    const fields = valuesOf(step);
    const values = Object.entries(fields).flatMap(([name, value]) =>
      value ? [[name, toJson(value, kept, this.refuse)] as const] : [],
    );
    return {
      kind: step.kind,
      ...(step.kind === 'publish' ? {} : { token: '{% $states.context.Task.Token %}' }),
      ...('timeoutSeconds' in step ? { timeoutSeconds: step.timeoutSeconds } : {}),
      ...(step.kind === 'request' ? { ...this.#attempts(step), ...this.#undo(step) } : {}),
      ...(step.kind === 'run' ? { runs: step.workflow } : {}),
      ...(step.kind === 'approval' ? { approvers: text(step.approvers) } : {}),
      ...(step.kind === 'approval' && step.escalateTo !== undefined ? { escalateTo: text(step.escalateTo) } : {}),
      ...(step.kind === 'wait' && 'seconds' in step.wait ? { seconds: step.wait.seconds } : {}),
      workflow: this.workflow,
      execution: '{% $states.context.Execution.Name %}',
      step: step.state,
      ...(this.#position ? { index: wrap(`$${this.#position.variable}`) } : {}),
      generation: '{% $states.context.Execution.Input.generation %}',
      ...this.#settles(step),
      ...(step.kind === 'request' || step.kind === 'receive' ? { keep: this.keeps.of(step) } : {}),
      message: START_MESSAGE,
      ...('type' in step ? { type: step.type } : {}),
      ...('version' in step ? { version: step.version } : {}),
      ...Object.fromEntries(values),
    };
  }

  #settles(step: CallStep): { readonly settles?: Json } {
    const settles = [
      ...('onTimeout' in step && step.onTimeout ? ['RequestTimedOut'] : []),
      ...('onFailure' in step && step.onFailure ? ['RequestFailed'] : []),
    ];
    return settles.length > 0 ? { settles } : {};
  }

  #attempts({ attempts }: RequestStep): { readonly attempts?: Json } {
    return attempts ? { attempts: toJson({ kind: 'literal', literal: { ...attempts } }, kept, this.refuse) } : {};
  }

  #undo({ undo, origin }: RequestStep): { readonly undo?: Json } {
    if (!undo) return {};
    const { type, version, timeoutSeconds } = undo;
    return { undo: { type, version, timeoutSeconds, data: toTemplate(undo.data, origin, kept, this.refuse) } };
  }

  #match(step: MatchStep, next: Next, states: States): Next {
    const { origin } = step;
    // A variable that is set here is read behind, and no state can read what it sets itself: then a state follows.
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
    const join = this.#join(step.state.replace('parallel', 'join'), results, next, states);
    states[step.state] = { Type: 'Parallel', Branches: branches, Next: join };
    return { state: step.state, assigns: [] };
  }

  /**
   * Compiles a map. Each element travels with its index, as no engine but AWS is sure to offer the context of the map
   * in its states. The list constructor around `$map` keeps a single element a list.
   */
  #map(step: MapStep, next: Next, states: States): Next {
    const { block, position, item, origin } = step;
    const items = toJsonata({ kind: 'reference', target: step.items }, kept, this.refuse);
    const outer = this.#position;
    this.#position = position;
    const output = (base: Base): Json => (block.result && origin.used ? toJson(block.result, base, this.refuse) : {});
    const inner = this.#branch(block, { name: freeName(`end ${step.name}`, this.names), output });
    this.#position = outer;
    const index = '$string($states.input.index)';
    const each = freeName(`each ${step.name}`, this.names);
    const enter: AslPass = {
      Type: 'Pass',
      Assign: {
        [position.variable]: wrap(outer ? `$${outer.variable} & '.' & ${index}` : index),
        ...(item.used ? { [item.variable]: wrap('$states.input.value') } : {}),
      },
      Next: inner.StartAt,
    };
    const join = this.#join(`join ${step.name}`, new Map([[origin, '$states.input']]), next, states);
    states[step.state] = {
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
    return { state: step.state, assigns: [] };
  }

  /**
   * Name of the state behind branches or elements that keeps their results, or of the next one where no step reads
   * them. A Parallel or Map itself sets and puts out nothing: MiniStack 1.5.33 drops both, and one more state costs
   * little.
   */
  #join(name: string, results: ReadonlyMap<Origin, string>, next: Next, states: States): string {
    const used = [...results].filter(([origin]) => origin.used);
    if (used.length === 0 && next.assigns.length === 0 && next.state !== undefined) return next.state;
    const own = Object.fromEntries(used.map(([origin, result]) => [origin.variable, wrap(result)]));
    const join = freeName(name, this.names);
    states[join] = { Type: 'Pass', ...this.#leads(next, own, (origin) => results.get(origin) ?? kept(origin)) };
    return join;
  }

  /**
   * Transition of a state; `base` lets the variables and the output read the state's own result. Variables die with the
   * machine or branch.
   */
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

  /** Name of the state at which a path goes on; it is made when there is none yet. */
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

/** Values of a step's payload that may hold references. */
function valuesOf(step: CallStep): Readonly<Record<string, Value | undefined>> {
  switch (step.kind) {
    case 'wait':
      return { until: 'until' in step.wait ? step.wait.until : undefined };
    case 'run':
      return { data: step.data };
    case 'receive':
      return { key: step.key };
    case 'approval':
      return { title: step.title, details: step.details };
    default:
      return { data: step.data, priority: step.priority, to: step.to };
  }
}
