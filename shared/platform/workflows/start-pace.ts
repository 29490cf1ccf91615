import { LanewayError } from '../../domain/base/errors.js';
import type { Clock } from '../../domain/base/clock.js';

/**
 * Executions that an application starts a second, unless it says otherwise. StartExecution takes 150 a second in most
 * regions and 300 in the largest (Step Functions quotas, refill rates of Standard workflows), of which others in the
 * account need some.
 */
export const DEFAULT_STARTS_PER_SECOND = 100;

/** The most that an application may say: a queue has at most a thousand processes (SQS event sources). */
const MOST_STARTS_PER_SECOND = 20_000;

/** Starts of one process a second; its calls of ledger and Step Functions leave time for more than twice as many. */
const STARTS_OF_A_PROCESS = 20;

/**
 * Seconds' worth of starts that go at once after a pause. All processes together then never ask for more than
 * `5 s * rate + rate * t` in any time t, which with the default is 500 + 100 a second. StartExecution takes 800 at once and
 * 150 a second in most regions.
 */
const BURST_SECONDS = 5;

/** A queue's processes are two at least, where their number is bounded (SQS event sources). */
const FEWEST_PROCESSES = 2;

/** Rate of one process. */
export interface StartRate {
  /** Starts a second. */
  readonly perSecond: number;
  /** Starts at once after a pause. */
  readonly burst: number;
}

/** Division of an application's starts over processes. */
export interface StartDivision {
  /** Processes at most. */
  readonly processes: number;
  /** Rate of each. */
  readonly rate: StartRate;
}

/** Divides the starts of an application over processes. @throws LanewayError INVALID_OPTION */
export function divideStarts(perSecond: number = DEFAULT_STARTS_PER_SECOND): StartDivision {
  if (!(perSecond > 0 && perSecond <= MOST_STARTS_PER_SECOND))
    throw new LanewayError('INVALID_OPTION', `an application starts ${perSecond} executions a second`, {
      help: [
        `allowed: more than 0, up to ${MOST_STARTS_PER_SECOND}`,
        'set it below the refill rate of StartExecution in your region and account (Service Quotas, Step Functions)',
      ],
    });
  const processes = Math.max(FEWEST_PROCESSES, Math.ceil(perSecond / STARTS_OF_A_PROCESS));
  const own = perSecond / processes;
  return { processes, rate: { perSecond: own, burst: Math.max(1, Math.floor(own * BURST_SECONDS)) } };
}

/** Bucket of one process: so many starts at once, and so many a second from then on. */
export class StartPace {
  /** Instant at which the bucket is full again, milliseconds since 1970. */
  #full = 0;

  constructor(
    private readonly rate: StartRate,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the next start.
   * @param until milliseconds since 1970 up to which it may be put off
   * @returns milliseconds to wait for it
   * @throws LanewayError UNAVAILABLE when it would be later; then none is taken
   */
  take(until: number): number {
    const { perSecond, burst } = this.rate;
    const now = this.clock.now();
    const each = 1_000 / perSecond;
    const full = Math.max(this.#full, now) + each;
    const wait = Math.max(0, full - burst * each - now);
    if (now + wait > until)
      throw new LanewayError(
        'UNAVAILABLE',
        `the process starts ${perSecond} executions a second, and has no time left`,
      );
    this.#full = full;
    return wait;
  }
}
