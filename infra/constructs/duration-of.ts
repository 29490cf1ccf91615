import { Duration } from 'aws-cdk-lib';
import { DURATION_UNITS, milliseconds, type Duration as LanewayDuration } from '../../shared/domain/base/duration.js';

/** A duration of a declaration as the CDK's, in the largest whole unit: a rate of EventBridge knows minutes, hours and days. */
export function durationOf(duration: LanewayDuration): Duration {
  const amount = milliseconds(duration);
  const whole = (unit: keyof typeof DURATION_UNITS) => amount % DURATION_UNITS[unit] === 0;
  if (whole('day')) return Duration.days(amount / DURATION_UNITS.day);
  if (whole('hour')) return Duration.hours(amount / DURATION_UNITS.hour);
  if (whole('minute')) return Duration.minutes(amount / DURATION_UNITS.minute);
  return Duration.millis(amount);
}
