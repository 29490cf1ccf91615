/** Least delay, milliseconds: without it a message that fails at once could spin. */
export const LEAST_BACKOFF_MS = 500;

/**
 * Delay before the next try, milliseconds: exponential with full jitter, uniform in [0, min(most, first·2^(tries-1))],
 * but never under {@link LEAST_BACKOFF_MS}. (Formula: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015.)
 * @param tries number of tries that have been made, from 1
 * @param bounds first and longest delay before jitter, milliseconds
 * @param random a number in [0, 1)
 */
export function backoffDelay(tries: number, bounds: { first: number; most: number }, random: number): number {
  const ceiling = Math.min(bounds.most, bounds.first * 2 ** Math.min(30, Math.max(0, tries - 1)));
  return Math.max(LEAST_BACKOFF_MS, Math.floor(random * ceiling));
}

/** First pause before jitter of a copy that a store or the bus failed, milliseconds. */
export const FIRST_TROUBLE_MS = 5_000;

/**
 * Longest pause before jitter of a copy that a store or the bus failed, milliseconds. The 100 receipts of a lane then
 * last at least a day, and at most two, which is less than the four days that a lane keeps a copy.
 */
export const LONGEST_TROUBLE_MS = 1_800_000;

/** Factor from one pause to the next: a copy that was received several times for other reasons still comes again soon. */
const TROUBLE_GROWTH = 1.5;

/**
 * Pause of a copy that a store or the bus failed, milliseconds: it grows with each receipt, so that what comes back
 * after an outage is late by no more than the outage was long. Uniform in the upper half, so that the copies of one
 * outage do not come back at one moment.
 * @param receives number of times that the copy was received, from 1
 * @param random a number in [0, 1)
 */
export function troubleDelay(receives: number, random: number): number {
  const ceiling = Math.min(LONGEST_TROUBLE_MS, FIRST_TROUBLE_MS * TROUBLE_GROWTH ** Math.max(0, receives - 1));
  return Math.ceil(ceiling * (0.5 + random / 2));
}
