import type { BreakerRecord, BreakerSettings } from '../../domain/breaker/breaker.js';

/** Longest time for which a process believes what it has seen of a breaker, milliseconds. */
export const BREAKER_SEEN_MS = 5_000;

/** A breaker as a process saw it last. */
export interface SeenBreaker {
  readonly record: BreakerRecord;
  /** Instant at which it was seen, milliseconds since 1970. */
  readonly at: number;
  /** Instant of the last success in this process, milliseconds since 1970. */
  readonly lastSuccess?: number | undefined;
}

/**
 * True for a breaker that need not be read again. It is never older than half of the recovery time: a process that saw it closed just before it
 * opened so makes no call beside the one that is tried.
 */
export function isFresh({ at }: SeenBreaker, { recoveryMs }: BreakerSettings, now: number): boolean {
  return now - at < Math.min(BREAKER_SEEN_MS, recoveryMs / 2) && now >= at;
}
