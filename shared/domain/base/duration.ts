import { LanewayError } from './errors.js';

/** Units of a {@link Duration}, in milliseconds. */
export const DURATION_UNITS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** A unit of a {@link Duration}, in the singular. */
export type DurationUnit = keyof typeof DURATION_UNITS;

const DURATION = /^(\d+(?:\.\d+)?) (millisecond|second|minute|hour|day)s?$/;

/** A typed duration such as `'30 seconds'` or `'1 minute'`. */
export type Duration = `${number} ${DurationUnit | `${DurationUnit}s` | 'millisecond' | 'milliseconds'}`;

/**
 * Milliseconds of a {@link Duration}.
 * @throws LanewayError INVALID_DURATION when the text is not `<number> <unit>` or not positive.
 */
export function milliseconds(duration: Duration): number {
  const known = KNOWN.get(duration);
  if (known !== undefined) return known;
  const amount = parse(duration);
  if (KNOWN.size < MOST_KNOWN) KNOWN.set(duration, amount);
  return amount;
}

/** True for a text that {@link milliseconds} reads as a positive {@link Duration}. */
export function isDuration(value: unknown): value is Duration {
  return typeof value === 'string' && Number(DURATION.exec(value)?.[1]) > 0;
}

/** Durations already read: those of a topology are asked for again with every message. */
const KNOWN = new Map<Duration, number>();
const MOST_KNOWN = 1_000;

function parse(duration: Duration): number {
  const match = DURATION.exec(duration);
  const amount = Number(match?.[1]);
  const unit = match?.[2];
  if (!match || !unit || !(amount > 0)) {
    throw new LanewayError('INVALID_DURATION', `'${duration}' is not a duration`, {
      help: [
        "allowed: '<number> milliseconds|seconds|minutes|hours|days', greater than zero, for example '30 seconds'",
      ],
    });
  }
  return Math.round(amount * (unit === 'millisecond' ? 1 : DURATION_UNITS[unit as DurationUnit]));
}

/** Whole seconds of a {@link Duration}, rounded up, as SQS and Lambda count. */
export function wholeSeconds(duration: Duration): number {
  return Math.ceil(milliseconds(duration) / 1000);
}
