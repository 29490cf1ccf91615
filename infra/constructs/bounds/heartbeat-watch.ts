import type { Duration } from 'aws-cdk-lib';
import { LanewayError } from '../../../shared/domain/base/errors.js';

/** Bounds of the period in which finished runs are counted, minutes: shorter ones cost no less, an hour allows the longest look. */
const SHORTEST_MINUTES = 5;
const LONGEST_MINUTES = 60;
/** Hours that an alarm with periods of an hour looks back at most (CloudWatch, "Evaluating an alarm"). */
const LOOK_BACK_HOURS = 7 * 24;
/** Periods beyond those of an interval. */
const MORE_PERIODS = 2;

/** Longest interval of a schedule whose silence an alarm can notice, hours. */
export const LONGEST_SCHEDULE_HOURS = LOOK_BACK_HOURS - MORE_PERIODS;

/** Periods of the alarm on a schedule's silence. */
export interface HeartbeatWatch {
  /** Length of one period, minutes. */
  readonly minutes: number;
  /** Periods without a finished run after which it rises. */
  readonly periods: number;
}

/**
 * Chooses the periods in which runs of a schedule are missed. A run may end late in its interval, so that one may be
 * empty and the next hold two. Two more periods than an interval needs are never empty while the schedule runs. A period
 * of an hour lets CloudWatch look back over days.
 */
export function watchOf(every: Duration): HeartbeatWatch {
  const minutes = Math.min(Math.max(every.toMinutes(), SHORTEST_MINUTES), LONGEST_MINUTES);
  return { minutes, periods: Math.ceil(every.toMinutes() / minutes) + MORE_PERIODS };
}

/**
 * Refuses an interval that no alarm could watch, or that EventBridge knows no rate for.
 * @param where name of the option
 * @throws LanewayError INVALID_OPTION
 */
export function checkInterval(every: Duration, where: string): void {
  const seconds = every.toSeconds({ integral: false });
  if (seconds >= 60 && seconds % 60 === 0 && seconds <= LONGEST_SCHEDULE_HOURS * 3_600) return;
  throw new LanewayError('INVALID_OPTION', `${where} is ${every.toHumanString()}`, {
    help: [
      `allowed: whole minutes, from 1 minute to ${LONGEST_SCHEDULE_HOURS} hours`,
      'the alarm no-heartbeat looks back 7 days at most, and would not notice that a longer schedule has stopped',
    ],
  });
}
