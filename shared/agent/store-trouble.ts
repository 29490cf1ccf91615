import { summarizeError } from '../domain/base/errors.js';

/** Trouble that is no fault of a handling: its try does not count, and its message waits. */
export interface Trouble {
  /** Milliseconds for which waiting is in vain; undefined when nobody knows. */
  readonly pause?: number | undefined;
}

/** Errors that passed through a handling and are no fault of it: of our own stores, and of open breakers. */
const met = new WeakMap<object, Trouble>();

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
    if (typeof error === 'object' && error !== null && isTrouble(error)) met.set(error, {});
    throw error;
  }
}

/** Notes an error with which a handling waits. @returns the error */
export function waiting<Thrown extends Error>(error: Thrown, trouble: Trouble): Thrown {
  met.set(error, trouble);
  return error;
}

/** True for a failure of a store. What it does not have, or does not show to this role, is no failure of it. */
function isTrouble(error: object): boolean {
  const { code, retryable } = summarizeError(error);
  return retryable && code !== 'NOT_FOUND';
}

/** The trouble of an error that a repetition may mend, and that a store of ours or an open breaker caused; undefined for any other. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (!summarizeError(error).retryable) return undefined;
  let cause = error;
  for (let depth = 0; depth < MOST_CAUSES && cause instanceof Error; depth++) {
    const trouble = met.get(cause);
    if (trouble) return trouble;
    // Code of users may have put a getter there.
    cause = Object.getOwnPropertyDescriptor(cause, 'cause')?.value;
  }
  return undefined;
}
