import type { Duration } from 'laneway/message';
import type { PlanBlock, PlanStep } from './arbitrary-workflow-plan.js';

/** A workflow that steps may run. */
interface Timed {
  /** Its deadline. */
  readonly seconds: number;
}

/** Seconds that a step may take beyond its own time, whatever dies: dispatcher's retries, timers, redelivery, sweeper. */
const LATENESS = 1_500;
const MOST_ELEMENTS = 3;
/** Attempts of a step that says itself how many. */
const MOST_ATTEMPTS = 3;
const HOUR = 3_600;

/** Seconds that a block takes at most. */
export function longest({ steps }: PlanBlock, parts: readonly Timed[]): number {
  return steps.reduce((sum, step) => sum + longestStep(step, parts), LATENESS);
}

/** The longest time that one of its steps may wait: a deadline has to be as long. */
export function longestTimeout({ steps }: PlanBlock, parts: readonly Timed[]): number {
  const inner = (blocks: readonly PlanBlock[]) => Math.max(0, ...blocks.map((one) => longestTimeout(one, parts)));
  return steps.reduce((most, step) => {
    if (step.kind === 'match') return Math.max(most, inner(step.arms));
    if (step.kind === 'parallel') return Math.max(most, inner(step.branches));
    if (step.kind === 'map') return Math.max(most, inner([step.body]));
    return Math.max(most, ownTime(step, parts));
  }, 0);
}

function longestStep(step: PlanStep, parts: readonly Timed[]): number {
  const inner = (blocks: readonly PlanBlock[]) => Math.max(0, ...blocks.map((one) => longest(one, parts)));
  if (step.kind === 'match') return inner(step.arms);
  if (step.kind === 'parallel') return inner(step.branches);
  if (step.kind === 'map') return MOST_ELEMENTS * inner([step.body]);
  return ownTime(step, parts) * (step.kind === 'approval' && step.escalates ? 2 : 1) + LATENESS;
}

/** Seconds that a step waits by itself. */
export function ownTime(step: PlanStep, parts: readonly Timed[]): number {
  switch (step.kind) {
    case 'request':
      return step.own === 'nothing' ? step.timeout : MOST_ATTEMPTS * step.timeout + HOUR / 60;
    case 'receive':
    case 'approval':
      return step.timeout;
    case 'wait':
      return step.seconds;
    case 'until':
      return HOUR;
    case 'run':
      return step.patient ? (parts[step.part]?.seconds ?? 0) + LATENESS : 60;
    default:
      return 0;
  }
}

/** Attempts that a step declares itself. */
export function ownOf({ own, timeout }: Extract<PlanStep, { kind: 'request' }>) {
  const falls = own === 'fallback';
  return {
    ...(own === 'tries' ? { tries: 2 } : {}),
    ...(own === 'deadline' ? { tries: 2, deadline: duration(3 * timeout) } : {}),
    Fetch: falls ? { fallback: 'another' as const } : {},
    Make: falls ? { fallback: [{ channel: 'work.spare' as const }, { person: '30 seconds' as const }] } : {},
    Judge: falls ? { fallback: { person: '30 seconds' as const } } : {},
  };
}

export function duration(seconds: number): Duration {
  return `${seconds} seconds`;
}
