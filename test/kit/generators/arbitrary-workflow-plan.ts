import type { MOODS } from './arbitrary-workflow-topology.js';

export type Mood = (typeof MOODS)[number];

/** An agent's behaviour towards the request of one step. */
export interface Behaviour {
  readonly does: 'answers' | 'silent' | 'stumbles' | 'refuses' | 'breaks' | 'twice';
  /** Seconds that its reply takes on its way. */
  readonly delay: number;
  /** Only for the first element of a map; the others are answered at once. */
  readonly first: boolean;
  /** Only the first agent that is asked: a ladder finds another one. */
  readonly oneAgent: boolean;
  readonly mood: Mood;
  readonly sure: boolean;
  readonly items: number;
  readonly note: boolean;
  readonly undo: 'answers' | 'stumbles' | 'refuses' | 'silent';
}

/** A step to be generated; numbers choose among what is known at its place. */
export type PlanStep =
  | {
      readonly kind: 'request';
      readonly command: 'Fetch' | 'Make' | 'Judge';
      /** Seconds. */
      readonly timeout: number;
      readonly onTimeout: boolean;
      readonly onFailure: boolean;
      readonly undo: boolean;
      readonly about: number;
      readonly to: boolean;
      /** Attempts that the step declares itself, instead of its channel. */
      readonly own: 'nothing' | 'tries' | 'fallback' | 'deadline';
      readonly behaviour: Behaviour;
    }
  | { readonly kind: 'publish'; readonly what: 'event' | 'command' | 'request'; readonly about: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'until'; readonly when: 'soon' | 'past' | 'ahead' }
  | { readonly kind: 'receive'; readonly timeout: number; readonly keyed: boolean; readonly onTimeout: boolean }
  | { readonly kind: 'approval'; readonly timeout: number; readonly escalates: boolean; readonly about: number }
  | { readonly kind: 'run'; readonly part: number; readonly patient: boolean; readonly about: number }
  | { readonly kind: 'orElse'; readonly on: number }
  | { readonly kind: 'match'; readonly on: number; readonly arms: readonly PlanBlock[]; readonly returns: boolean }
  | { readonly kind: 'parallel'; readonly branches: readonly PlanBlock[]; readonly returns: boolean }
  | {
      readonly kind: 'map';
      readonly on: number;
      readonly concurrency: number | undefined;
      readonly body: PlanBlock;
      readonly returns: boolean;
    };

export interface PlanBlock {
  readonly steps: readonly PlanStep[];
  /** `done` and `enough` complete it. */
  readonly end: 'none' | 'done' | 'enough' | 'fail';
}

/** A workflow, and those that it may run: each may run the ones before it. */
export interface WorkflowPlan {
  readonly parts: readonly PlanBlock[];
  readonly root: PlanBlock;
  /** `short`: one that may be reached before the steps have ended. */
  readonly deadline: 'ample' | 'short';
}

/**
 * Makes a plan one that `defineWorkflow` takes: nothing behind an end, no completion beside neighbours, a compensation only
 * where something behind it can fail.
 */
export function valid({ parts, root, deadline }: WorkflowPlan): WorkflowPlan {
  const prune = (given: PlanBlock, runs: number): PlanBlock => {
    const whole = reachable(given, false, runs);
    const some = whole.steps.some(({ kind }) => kind !== 'orElse') || whole.end !== 'none';
    return needed(some ? whole : { ...whole, steps: [...whole.steps, { kind: 'wait', seconds: 5 }] }, false);
  };
  return { parts: parts.map((part, index) => prune(part, index)), root: prune(root, parts.length), deadline };
}

/** Most arms that a match surely has; a third one is taken where its reference has three values. */
const SURE_ARMS = 2;

/** True when no path leads out of a block. */
export function closes({ steps, end }: PlanBlock): boolean {
  const last = steps.at(-1);
  return end !== 'none' || (last?.kind === 'match' && last.arms.every(closes));
}

function reachable({ steps, end }: PlanBlock, beside: boolean, runs: number): PlanBlock {
  const kept: PlanStep[] = [];
  for (const given of steps) {
    const step = inside(given, beside, runs);
    kept.push(step);
    if (step.kind === 'match' && step.arms.every(closes)) return { steps: kept, end: 'none' };
  }
  return { steps: kept, end: beside && end !== 'fail' ? 'none' : end };
}

function inside(step: PlanStep, beside: boolean, runs: number): PlanStep {
  switch (step.kind) {
    case 'run':
      return runs === 0 ? { kind: 'wait', seconds: 15 } : { ...step, part: step.part % runs };
    case 'match': {
      const arms = step.arms.map((arm) => reachable(arm, beside, runs));
      if (arms.every(closes) || !arms.slice(0, SURE_ARMS).every(closes)) return { ...step, arms };
      return { ...step, arms: arms.map((arm, index) => (index === 0 ? opened(arm) : arm)) };
    }
    case 'parallel':
      return { ...step, branches: step.branches.map((branch) => reachable(branch, true, runs)) };
    case 'map':
      return { ...step, body: reachable(step.body, true, runs) };
    default:
      return step;
  }
}

function opened({ steps }: PlanBlock): PlanBlock {
  const last = steps.at(-1);
  if (last?.kind !== 'match' || !last.arms.every(closes)) return { steps, end: 'none' };
  const arms = last.arms.map((arm, index) => (index === 0 ? opened(arm) : arm));
  return { steps: [...steps.slice(0, -1), { ...last, arms }], end: 'none' };
}

function needed({ steps, end }: PlanBlock, behind: boolean): PlanBlock {
  const kept = steps.map((step, index): PlanStep => {
    const later = behind || end === 'fail' || steps.slice(index + 1).some(canFail);
    switch (step.kind) {
      case 'request':
        return { ...step, undo: step.undo && later };
      case 'match':
        return { ...step, arms: step.arms.map((arm) => needed(arm, later)) };
      case 'parallel':
        return { ...step, branches: step.branches.map((branch) => needed(branch, true)) };
      case 'map':
        return { ...step, body: needed(step.body, true) };
      default:
        return step;
    }
  });
  return { steps: kept, end };
}

function canFail(step: PlanStep): boolean {
  const blockCan = ({ steps, end }: PlanBlock): boolean => end === 'fail' || steps.some(canFail);
  switch (step.kind) {
    case 'request':
      return !(step.onTimeout && step.onFailure);
    case 'receive':
      return !step.onTimeout;
    case 'run':
      return true;
    case 'match':
      return step.arms.slice(0, SURE_ARMS).some(blockCan);
    case 'parallel':
      return step.branches.some(blockCan);
    case 'map':
      return blockCan(step.body);
    default:
      return false;
  }
}
