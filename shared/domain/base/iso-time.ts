const LENGTH = '2026-01-01T00:00:00.000Z'.length;
const [ZERO, DASH, COLON, POINT, LETTER_T, LETTER_Z] = [48, 45, 58, 46, 84, 90] as const;
/** Value of a character that is no digit: so far below zero that every number it is part of is out of range. */
const NO_DIGIT = -1e6;
const DAY_MS = 86_400_000;

/**
 * Milliseconds since 1970 of an ISO 8601 time; NaN for a text that is none. Several times faster than `Date.parse` for
 * the one form that `toISOString` writes, as every received message has two or three of them.
 */
export function timeOf(text: string): number {
  const time = plainTimeOf(text);
  return Number.isNaN(time) ? Date.parse(text) : time;
}

/**
 * Milliseconds since 1970 of a text in the one form that `toISOString` writes; NaN for any other, also for the 29 February and the
 * 31st of a month. It proves what it reads to be a time, so that nothing else need check it.
 */
export function plainTimeOf(text: string): number {
  if (text === latest) return latestTime;
  if (text === before) return beforeTime;
  const time = plainTimeIn(text);
  before = latest;
  beforeTime = latestTime;
  latest = text;
  latestTime = time;
  return time;
}

/** The two texts that were read last: a message has two times, which are checked with its envelope and then read from it. */
let [latest, before] = ['', ''];
let [latestTime, beforeTime] = [Number.NaN, Number.NaN];

function plainTimeIn(text: string): number {
  if (text.length !== LENGTH || !hasMarks(text)) return Number.NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const millisecond = twoDigits(text, 20) * 10 + digit(text, 22);
  const isPlain =
    year >= 0 &&
    isIn(month, 1, 12) &&
    isIn(day, 1, month === 2 ? 28 : 30) &&
    isIn(hour, 0, 23) &&
    isIn(minute, 0, 59) &&
    isIn(second, 0, 59) &&
    millisecond >= 0;
  // A 29 February, or the 31st of a month, is left to `Date.parse`, which knows the months and the leap years.
  if (!isPlain) return Number.NaN;
  return dayOf(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1_000 + millisecond;
}

function hasMarks(text: string): boolean {
  return (
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === LETTER_T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    text.charCodeAt(19) === POINT &&
    text.charCodeAt(23) === LETTER_Z
  );
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - ZERO;
  return value >= 0 && value <= 9 ? value : NO_DIGIT;
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function isIn(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** Days since 1970-01-01 in the Gregorian calendar. A year begins in March here, so that its odd day comes last. */
function dayOf(year: number, month: number, day: number): number {
  const from = month > 2 ? year : year - 1;
  const months = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400);
  // 153 days are five months from March (31, 30, 31, 30, 31) or from August; 719,468 days lie between 0000-03-01 and 1970.
  return from * 365 + leapDays + Math.floor((153 * months + 2) / 5) + day - 1 - 719_468;
}

/** An ISO 8601 date and time with its offset, extended or basic form, with or without seconds and a fraction of them. */
const INSTANT =
  /^(?<year>\d{4})(?<dash>-?)(?<month>\d\d)\k<dash>(?<day>\d\d)T(?<hour>\d\d)(?<colon>:?)(?<minute>\d\d)(?:\k<colon>(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?(?:Z|(?<sign>[+-])(?<hours>\d\d)(?::?(?<minutes>\d\d))?)$/;

/** Form of a time from outside, for the words of refusals. */
export const INSTANT_FORM =
  'ISO 8601 with date, time and offset, such as 2026-11-21T12:00:00Z or 2026-11-21T13:00+01:00';

/**
 * Milliseconds since 1970 of a time from outside: ISO 8601 with date, time and offset (`Z`, `+01:00`), of a day that the calendar
 * has. Nothing is guessed: neither a zone nor a century nor the order of day and month. Digits beyond milliseconds are cut.
 * @returns undefined for any other text; a leap second is one
 */
export function instantOf(text: unknown): number | undefined {
  const parts = typeof text === 'string' ? INSTANT.exec(text)?.groups : undefined;
  if (!parts || (parts['dash'] === '') !== (parts['colon'] === '')) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, hours = 0, minutes = 0] = [
    ...['year', 'month', 'day', 'hour', 'minute', 'second', 'hours', 'minutes'].map((name) => Number(parts[name] ?? 0)),
  ];
  const inTime = hour <= 23 && minute <= 59 && second <= 59 && hours <= 23 && minutes <= 59;
  if (!inTime || !isIn(month, 1, 12) || !isIn(day, 1, daysIn(year, month))) return undefined;
  const millisecond = Number((parts['fraction'] ?? '').padEnd(3, '0').slice(0, 3));
  const local = dayOf(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1_000 + millisecond;
  const offset = (hours * 60 + minutes) * 60_000;
  return parts['sign'] === '-' ? local + offset : local - offset;
}

function daysIn(year: number, month: number): number {
  const next = month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1);
  return next - dayOf(year, month, 1);
}
