import { summarizeError } from '../domain/base/errors.js';

/** Errors of our own stores that passed through a handling. */
const met = new WeakSet<object>();

/** Causes of an error that are looked at: a handler may wrap what it caught. */
const MOST_CAUSES = 10;

/**
 * Waits for a call of one of our own stores within a handling. A failure that a repetition may mend is noted, so that it is told apart
 * from a failure of the handler.
 * @throws the error of the call, as it is
 */
export async function ownStore<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    if (typeof error === 'object' && error !== null && isTrouble(error)) met.add(error);
    throw error;
  }
}

/** True for a failure of a store. What it does not have, or does not show to this role, is no failure of it. */
function isTrouble(error: object): boolean {
  const { code, retryable } = summarizeError(error);
  return retryable && code !== 'NOT_FOUND';
}

/** True for an error that a repetition may mend, and that one of our own stores caused. */
export function isStoreTrouble(error: unknown): boolean {
  if (!summarizeError(error).retryable) return false;
  let cause = error;
  for (let depth = 0; depth < MOST_CAUSES && cause instanceof Error; depth++) {
    if (met.has(cause)) return true;
    // Code of users may have put a getter there.
    cause = Object.getOwnPropertyDescriptor(cause, 'cause')?.value;
  }
  return false;
}
