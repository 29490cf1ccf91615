import type { DispatchAttempts } from '../../domain/execution/dispatch.js';
import type { Json } from '../../domain/base/json.js';
import type { Shape } from './shape.js';

/**
 * Block of steps that the function of a workflow recorded; its values may refer to the results of earlier steps. The
 * compiler, the diagram and the list of steps are made from it.
 */
export interface Block {
  readonly steps: readonly Step[];
  /** Arms and branches that lead here, outermost first. */
  readonly path: readonly string[];
  /** True after a step that no path leaves: nothing can follow. */
  readonly closed: boolean;
  /** Result of the arm or branch; absent when it returned nothing. */
  readonly result?: Value;
}

/** Names that the steps and values of a recorded workflow have in its state machine. */
export interface Names {
  /** Name of the step's state, unique in the machine. */
  stateOf(step: Step): string;
  /** Name of the variable that keeps the value of an origin; undefined where no step reads it. */
  variableOf(origin: ValueOrigin): string | undefined;
}

/** The steps of a workflow and their names: what the compiler and the pictures are made from. */
export interface NamedSteps {
  readonly root: Block;
  readonly names: Names;
}

declare const recorded: unique symbol;

/** The recorded steps of a workflow, for {@link describeWorkflow} and the compiler alone: their form may change. */
export interface WorkflowOutline {
  /** Mark of the type; it exists for the compiler only. */
  readonly [recorded]: true;
}

/** The steps behind an outline. */
export const namedStepsOf = (outline: WorkflowOutline): NamedSteps => outline as unknown as NamedSteps;

/** Steps as the outline that a definition shows. */
export const outlineOf = (steps: NamedSteps): WorkflowOutline => steps as unknown as WorkflowOutline;

/** Source of a value during an execution. */
export interface ValueOrigin {
  readonly kind:
    'start' | 'request' | 'run' | 'approval' | 'receive' | 'match' | 'branch' | 'map' | 'item' | 'position';
  readonly block: Block;
  readonly label: string;
  /** Values that this one is made of; they are used when this one is. */
  readonly parts: () => readonly Value[];
}

/** A new origin. */
export function valueOrigin(
  kind: ValueOrigin['kind'],
  block: Block,
  label: string,
  parts: ValueOrigin['parts'] = () => [],
): ValueOrigin {
  return { kind, block, label, parts };
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

/** Value made of another one: a part of it, the fallback for an absent value, or the result of a condition. */
export type Derivation =
  { readonly field: string } | { readonly index: number } | { readonly orElse: Value } | Condition;

/** True for a derivation that is a condition. */
export function isCondition(derivation: Derivation): derivation is Condition {
  return 'compare' in derivation || 'combine' in derivation || 'present' in derivation || 'not' in derivation;
}

/** The further values that a derivation uses. */
export function operandsOf(derivation: Derivation): readonly Value[] {
  if ('orElse' in derivation) return [derivation.orElse];
  if ('compare' in derivation) return [derivation.with];
  return 'combine' in derivation ? derivation.with : [];
}

/** Target of a reference. `certain`: there in every execution that gets this far. */
export interface Target {
  readonly origin: ValueOrigin;
  readonly derivations: readonly Derivation[];
  readonly shape: Shape;
  readonly certain: boolean;
}

/** An input as recorded. Lists and objects without any reference are literals. */
export type Value =
  | { readonly kind: 'literal'; readonly literal: Json }
  | { readonly kind: 'reference'; readonly target: Target }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, value: Value])[] };

interface Send {
  /** Name that the user gave the step. */
  readonly name: string;
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
  readonly origin: ValueOrigin;
  /** Seconds for the whole request. */
  readonly timeoutSeconds: number;
  /** Attempts that the step declares itself, in place of the channel's ladder. */
  readonly attempts?: DispatchAttempts;
  readonly onTimeout?: Value;
  readonly onFailure?: Value;
  readonly compensation?: StepCompensation;
}

/** Compensation of a completed request when the execution fails later; its data may refer to the reply. */
export interface StepCompensation {
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
  readonly wait: { readonly seconds: number } | { readonly until: Value };
}

/** Another workflow, whose end is awaited. */
export interface RunStep {
  readonly kind: 'run';
  readonly name: string;
  readonly workflow: string;
  readonly data: Value;
  readonly origin: ValueOrigin;
  readonly timeoutSeconds: number;
}

/** A message of the conversation that is waited for. */
export interface ReceiveStep {
  readonly kind: 'receive';
  readonly name: string;
  readonly type: string;
  /** Subject that it must have. */
  readonly key?: Value;
  readonly origin: ValueOrigin;
  readonly timeoutSeconds: number;
  readonly onTimeout?: Value;
}

/** A decision of a person. */
export interface ApprovalStep {
  readonly kind: 'approval';
  readonly name: string;
  readonly title: Value;
  readonly details?: Value;
  readonly approvers: string;
  readonly escalateTo?: string;
  readonly origin: ValueOrigin;
  readonly timeoutSeconds: number;
}

/** A choice by value. */
export interface MatchStep {
  readonly kind: 'match';
  readonly on: Target;
  readonly origin: ValueOrigin;
  readonly arms: readonly { readonly literal: string | boolean; readonly block: Block }[];
}

/** Branches side by side. */
export interface ParallelStep {
  readonly kind: 'parallel';
  readonly branches: readonly { readonly name: string; readonly block: Block; readonly origin: ValueOrigin }[];
}

/** The same steps for each element of a list. */
export interface MapStep {
  readonly kind: 'map';
  readonly name: string;
  readonly items: Target;
  readonly block: Block;
  /** Elements that run at once. */
  readonly concurrency: number;
  /** The list of the results of the elements' steps. */
  readonly origin: ValueOrigin;
  readonly item: ValueOrigin;
  /**
   * Position of the element in its list, `2`, or `2.0` in a map within a map; the ids of the messages that its steps
   * send are made with it.
   */
  readonly position: ValueOrigin;
}

/** The end of a path on which the execution succeeds. */
export interface CompleteStep {
  readonly kind: 'complete';
  readonly result: string;
  readonly data?: Value;
}

/** The end of a path on which the execution fails. */
export interface FailStep {
  readonly kind: 'fail';
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
    for (const operand of value.target.derivations.flatMap(operandsOf)) yield* targetsIn(operand);
  }
  if (value.kind === 'list') for (const item of value.items) yield* targetsIn(item);
  if (value.kind === 'object') for (const [, field] of value.fields) yield* targetsIn(field);
}

/** A target in words, such as `analyze.severity` or `quote.cost above 1500`; for people, and as part of the names of states. */
export function describeReference(target: Target): string {
  return target.derivations.reduce(described, target.origin.label);
}

function described(text: string, derivation: Derivation): string {
  if ('field' in derivation) return `${text}.${derivation.field}`;
  if ('index' in derivation) return `${text}[${derivation.index}]`;
  if ('present' in derivation) return `${text} present`;
  if ('not' in derivation) return `not ${text}`;
  if ('compare' in derivation) return `${text} ${WORDS[derivation.compare]} ${describeOperand(derivation.with)}`;
  return 'combine' in derivation
    ? [text, ...derivation.with.map(describeOperand)].join(` ${derivation.combine} `)
    : text;
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
  if (value.kind === 'reference') return describeReference(value.target);
  return value.kind === 'literal'
    ? JSON.stringify(value.literal)
        .replaceAll(/^"|"$/g, '')
        .replaceAll(/[^\w .-]/g, '-')
    : 'a value';
}
