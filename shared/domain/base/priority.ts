/** The four priorities, highest first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;

/** Urgency of a message; it selects the lane. */
export type Priority = (typeof PRIORITIES)[number];

/** Place of a priority in {@link PRIORITIES}, 0 for the highest. */
export function rank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

/** Priorities in order, highest first, without repetition. */
export function inOrder(priorities: Iterable<Priority>): Priority[] {
  const wanted = new Set(priorities);
  return PRIORITIES.filter((priority) => wanted.has(priority));
}

/**
 * The lane that takes a message of `priority` where only `lanes` exist: the lane itself, else the next higher one, else
 * the highest there is. Undefined when there is no lane at all.
 */
export function laneFor(priority: Priority, lanes: readonly Priority[]): Priority | undefined {
  const ordered = inOrder(lanes);
  const higher = ordered.filter((lane) => rank(lane) <= rank(priority));
  return higher.at(-1) ?? ordered[0];
}
