/** A timer of a request. */
export interface DeadlineTimer {
  readonly requestId: string;
  /** Instant at which the timer is to fire, milliseconds since 1970. */
  readonly at: number;
}

/** Fires timers at or after their time, at least once. */
export interface TimerQueue {
  /** Sets a timer for a time within {@link ARMING_WINDOW_MS}; one that lies further ahead comes early, after the window. */
  set(timer: DeadlineTimer, now: number): Promise<void>;
}

/**
 * Time within which a deadline has a timer, milliseconds: the longest delay of SQS. A deadline that lies further ahead has
 * none yet. The sweeper finds it in the due index, and arms it then if the request is still open.
 */
export const ARMING_WINDOW_MS = 900_000;

/**
 * Sets the first timer of a request where its deadline lies within the window.
 *
 * @param at the deadline, milliseconds since 1970
 * @returns the field of the pending record that tells of it
 * @throws LanewayError UNAVAILABLE
 */
export async function armFirst(
  timers: TimerQueue,
  { requestId, at }: DeadlineTimer,
  now: number,
): Promise<{ readonly armed?: string }> {
  if (at - now > ARMING_WINDOW_MS) return {};
  // The time that it waits for its record counts from now where the deadline is over already.
  await timers.set({ requestId, at: Math.max(at, now) }, now);
  return { armed: new Date(at).toISOString() };
}
