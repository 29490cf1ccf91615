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
