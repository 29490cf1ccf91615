import type { DispatchAttempts } from '../../domain/execution/dispatch.js';
import type { Shape } from './shape.js';

/**
 * Block of steps that the function of a workflow recorded; its values may refer to the results of earlier steps. The
 * compiler, the diagram and the list of steps are made from it.
 */
export interface Block {
  readonly steps: Step[];
  /** Arms and branches that lead here, outermost first. */
  readonly path: readonly string[];
  /** True after a step that no path leaves: nothing can follow. */
  closed: boolean;
  /** Result of the arm or branch; absent when it returned nothing. */
  result?: Value;
}

declare const recorded: unique symbol;

/** The recorded steps of a workflow, for {@link describeWorkflow} and the compiler alone: their form may change. */
export interface WorkflowOutline {
  /** Mark of the type; it exists for the compiler only. */
  readonly [recorded]: true;
}

/** The steps behind an outline. */
export const blockOf = (outline: WorkflowOutline): Block => outline as unknown as Block;

/** Steps as the outline that a definition shows. */
export const outlineOf = (root: Block): WorkflowOutline => root as unknown as WorkflowOutline;

/** Source of a value during an execution. `used`: some step reads the value, so that it must be kept. */
export interface Origin {
  readonly kind:
    'start' | 'request' | 'run' | 'approval' | 'receive' | 'match' | 'branch' | 'map' | 'item' | 'position';
  readonly block: Block;
  readonly label: string;
  used: boolean;
  /** Name of the variable that keeps it; given by `names.ts`. */
  variable: string;
  /** Values that this one is made of; they are used when this one is. */
  readonly parts: () => readonly Value[];
}

/** A new origin, which nothing reads yet. */
export function origin(kind: Origin['kind'], block: Block, label: string, parts: Origin['parts'] = () => []): Origin {
  return { kind, block, label, used: false, variable: '', parts };
}

/** Comparisons of two values, as JSONata writes them. */
export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const;

/** Comparison of two values. */
export type Comparison = (typeof COMPARISONS)[number];

/** Condition on a value, which makes a boolean of it. */
export type Condition =
  | { readonly compare: Comparison; readonly with: Value }
  | { readonly combine: 'and' | 'or'; readonly with: readonly Value[] }
  | { readonly present: true }
  | { readonly not: true };

/** One step from a value: to a part of it, to the fallback for an absent value, or to the result of a condition. */
export type Hop = { readonly field: string } | { readonly index: number } | { readonly orElse: Value } | Condition;

/** True for a hop that is a condition. */
export function isCondition(hop: Hop): hop is Condition {
  return 'compare' in hop || 'combine' in hop || 'present' in hop || 'not' in hop;
}

/** The further values that a hop uses. */
export function operandsOf(hop: Hop): readonly Value[] {
  if ('orElse' in hop) return [hop.orElse];
  if ('compare' in hop) return [hop.with];
  return 'combine' in hop ? hop.with : [];
}

/** Target of a reference. `certain`: there in every execution that gets this far. */
export interface Target {
  readonly origin: Origin;
  readonly hops: readonly Hop[];
  readonly shape: Shape;
  readonly certain: boolean;
}

/** JSON value without references. */
export type Literal = string | number | boolean | null | readonly Literal[] | { readonly [key: string]: Literal };

/** An input as recorded. Lists and objects without any reference are literals. */
export type Value =
  | { readonly kind: 'literal'; readonly literal: Literal }
  | { readonly kind: 'reference'; readonly target: Target }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, value: Value])[] };

interface Send {
  /** Name that the user gave the step. */
  readonly name: string;
  /** Name of its state, unique in the machine; given by `names.ts`. */
  state: string;
  readonly type: string;
  /** Version of the type's schema that `data` was written for. */
  readonly version: number;
  readonly data: Value;
  readonly priority?: Value;
  readonly to?: Value;
}

/** A command whose reply is awaited. */
export interface RequestStep extends Send {
  readonly kind: 'request';
  readonly reply: string;
  readonly origin: Origin;
  /** Seconds for the whole request. */
  readonly timeoutSeconds: number;
  /** Attempts that the step declares itself, in place of the channel's ladder. */
  readonly attempts?: DispatchAttempts;
  readonly onTimeout?: Value;
  readonly onFailure?: Value;
  readonly undo?: Undo;
}

/** Compensation of a completed request when the execution fails later; its data may refer to the reply. */
export interface Undo {
  readonly type: string;
  readonly version: number;
  readonly data: Value;
  readonly timeoutSeconds: number;
}

/** A message that is sent without waiting. */
export interface PublishStep extends Send {
  readonly kind: 'publish';
}

/** A pause: for a number of seconds, or until a time. */
export interface WaitStep {
  readonly kind: 'wait';
  readonly name: string;
  state: string;
  readonly wait: { readonly seconds: number } | { readonly until: Value };
}

/** Another workflow, whose end is awaited. */
export interface RunStep {
  readonly kind: 'run';
  readonly name: string;
  state: string;
  readonly workflow: string;
  readonly data: Value;
  readonly origin: Origin;
  readonly timeoutSeconds: number;
}

/** A message of the conversation that is waited for. */
export interface ReceiveStep {
  readonly kind: 'receive';
  readonly name: string;
  state: string;
  readonly type: string;
  /** Subject that it must have. */
  readonly key?: Value;
  readonly origin: Origin;
  readonly timeoutSeconds: number;
  readonly onTimeout?: Value;
}

/** A decision of a person. */
export interface ApprovalStep {
  readonly kind: 'approval';
  readonly name: string;
  state: string;
  readonly title: Value;
  readonly details?: Value;
  readonly approvers: string;
  readonly escalateTo?: string;
  readonly origin: Origin;
  readonly timeoutSeconds: number;
}

/** A choice by value. */
export interface MatchStep {
  readonly kind: 'match';
  state: string;
  readonly on: Target;
  readonly origin: Origin;
  readonly arms: readonly { readonly literal: string | boolean; readonly block: Block }[];
}

/** Branches side by side. */
export interface ParallelStep {
  readonly kind: 'parallel';
  state: string;
  readonly branches: readonly { readonly name: string; readonly block: Block; readonly origin: Origin }[];
}

/** The same steps for each element of a list. */
export interface MapStep {
  readonly kind: 'map';
  readonly name: string;
  state: string;
  readonly items: Target;
  readonly block: Block;
  /** Elements that run at once. */
  readonly concurrency: number;
  /** The list of the results of the elements' steps. */
  readonly origin: Origin;
  readonly item: Origin;
  /**
   * Position of the element in its list, `2`, or `2.0` in a map within a map; the ids of the messages that its steps
   * send are made with it.
   */
  readonly position: Origin;
}

/** The end of a path on which the execution succeeds. */
export interface CompleteStep {
  readonly kind: 'complete';
  state: string;
  readonly result: string;
  readonly data?: Value;
}

/** The end of a path on which the execution fails. */
export interface FailStep {
  readonly kind: 'fail';
  state: string;
  readonly reason: string;
  readonly message: string;
}

/** Any recorded step. */
export type Step =
  | RequestStep
  | PublishStep
  | WaitStep
  | RunStep
  | ApprovalStep
  | ReceiveStep
  | MatchStep
  | ParallelStep
  | MapStep
  | CompleteStep
  | FailStep;

/** Blocks inside a step. */
export function innerBlocks(step: Step): readonly Block[] {
  if (step.kind === 'match') return step.arms.map((arm) => arm.block);
  if (step.kind === 'map') return [step.block];
  return step.kind === 'parallel' ? step.branches.map((branch) => branch.block) : [];
}

/** Every step below a block, in the order of recording. */
export function* allSteps(block: Block): Generator<{ step: Step; block: Block }> {
  for (const step of block.steps) {
    yield { step, block };
    for (const inner of innerBlocks(step)) yield* allSteps(inner);
  }
}

/** Every reference in a value. */
export function* targetsIn(value: Value): Generator<Target> {
  if (value.kind === 'reference') {
    yield value.target;
    for (const operand of value.target.hops.flatMap(operandsOf)) yield* targetsIn(operand);
  }
  if (value.kind === 'list') for (const item of value.items) yield* targetsIn(item);
  if (value.kind === 'object') for (const [, field] of value.fields) yield* targetsIn(field);
}

/** A target in words, such as `analyze.severity` or `quote.cost above 1500`; for people, and as part of the names of states. */
export function describeTarget(target: Target): string {
  return target.hops.reduce(described, target.origin.label);
}

function described(text: string, hop: Hop): string {
  if ('field' in hop) return `${text}.${hop.field}`;
  if ('index' in hop) return `${text}[${hop.index}]`;
  if ('present' in hop) return `${text} present`;
  if ('not' in hop) return `not ${text}`;
  if ('compare' in hop) return `${text} ${WORDS[hop.compare]} ${describeOperand(hop.with)}`;
  return 'combine' in hop ? [text, ...hop.with.map(describeOperand)].join(` ${hop.combine} `) : text;
}

const WORDS: Readonly<Record<Comparison, string>> = {
  '=': 'is',
  '!=': 'is not',
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
};

function describeOperand(value: Value): string {
  if (value.kind === 'reference') return describeTarget(value.target);
  return value.kind === 'literal'
    ? JSON.stringify(value.literal)
        .replaceAll(/^"|"$/g, '')
        .replaceAll(/[^\w .-]/g, '-')
    : 'a value';
}
