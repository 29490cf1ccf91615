import type { InstanceReport } from './instance.js';

/**
 * Resource of an agent whose use is watched, as a share from 0 to 1. `failures`: tries that ended badly lately. `tasks`: messages in hand
 * of those that its instances handle side by side at most. `memory`: of the process that has the least left.
 */
export type WatchedResource = 'failures' | 'tasks' | 'memory';

/** All watched resources. */
export const WATCHED_RESOURCES = ['failures', 'tasks', 'memory'] as const satisfies readonly WatchedResource[];

/** Shares, above 0 and up to 1, from which a resource counts as used up. */
export type HealthLimits = Readonly<Record<WatchedResource, number>>;

/** Limits of an agent that declares none. */
export const DEFAULT_LIMITS: HealthLimits = { failures: 0.5, tasks: 0.9, memory: 0.9 };

/** Tries from which the share of those that failed counts: three bad messages out of five say nothing of an agent. */
export const FEWEST_TRIES = 20;

/** Share of tries that failed, from the fewest that say something; 0 below. */
export function failureShare({ completed = 0, failed = 0 }: InstanceReport): number {
  return completed + failed < FEWEST_TRIES ? 0 : failed / (completed + failed);
}
