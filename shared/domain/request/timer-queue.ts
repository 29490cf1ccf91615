/** A timer of a request. */
export interface DeadlineTimer {
  readonly requestId: string;
  /** Instant at which the timer is to fire, milliseconds since 1970. */
  readonly at: number;
  /** Number of times that it was sent on, as SQS delays 15 minutes at most. */
  readonly hop: number;
  /** Instant at which it was first due and found no record, milliseconds since 1970. */
  readonly orphanSince?: number;
}

/** Fires timers at or after their time, at least once. */
export interface TimerQueue {
  set(timer: DeadlineTimer, now: number): Promise<void>;
}
