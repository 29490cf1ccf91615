import { backoffDelay } from '../../domain/base/backoff.js';

/** First pause before jitter, milliseconds. */
const FIRST_MS = 1_000;

/** Longest pause before jitter of a copy that came a short while ago, milliseconds: a passing fault must not cost a request its deadline. */
export const SHORT_RETURN_MS = 60_000;

/**
 * Part of its age that a copy stays away at most. A copy then comes back after an outage late by at most a quarter of it,
 * and its 100 receipts last for the four days that its queue keeps it: pauses add an eighth to its age on average, which
 * takes 62 receipts from four minutes to four days, after some eight for the first four minutes.
 */
const AGE_SHARE = 1 / 4;

/** SQS hides a copy for twelve hours at most, counted from its receipt. */
const LONGEST_MS = 11 * 3_600_000;

/**
 * Pause after which a copy comes back to a function of the platform that could not handle it, milliseconds. It grows with
 * the receipts up to a minute, and from then on with the age of the copy.
 * @param receives number of times that the copy was received, from 1
 * @param age milliseconds since it was sent
 * @param random a number in [0, 1)
 */
export function returnDelay(receives: number, age: number, random: number): number {
  const most = Math.min(LONGEST_MS, Math.max(SHORT_RETURN_MS, age * AGE_SHARE));
  return backoffDelay(receives, { first: FIRST_MS, most }, random);
}
