import { DURATION_UNITS } from '../../shared/domain/base/duration.js';

/** A time that Laneway keeps. */
export interface Timeout {
  readonly what: string;
  /** Name of the constant in the sources. */
  readonly constant: string;
  /** Text of its value. */
  readonly value: string;
  /** Effect when it is over, and where that is heard of. */
  readonly then: string;
  /** Option that sets the time; empty when none does. */
  readonly set: string;
}

/** Times of one kind. */
export interface TimeoutGroup {
  readonly title: string;
  readonly about: string;
  readonly rows: readonly Timeout[];
}

/** Milliseconds in the largest unit that is whole, as `5 minutes`. */
export function ms(amount: number): string {
  const [unit, size] = Object.entries(DURATION_UNITS).findLast(([, each]) => amount % each === 0) ?? ['millisecond', 1];
  const count = amount / size;
  return `${count.toLocaleString('en')} ${unit}${count === 1 ? '' : 's'}`;
}

/** Seconds, as {@link ms}. */
export const seconds = (amount: number): string => ms(amount * DURATION_UNITS.second);

/** Days, as {@link ms}. */
export const days = (amount: number): string => ms(amount * DURATION_UNITS.day);

/** A row of a group. */
export const row = (what: string, constant: string, value: string, then: string, set = ''): Timeout => ({
  ...{ what, constant, value, then, set },
});
