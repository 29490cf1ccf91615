import * as z from 'zod';
import { readNumber, type DecimalSign } from './telemetry-numbers.js';

/**
 * Form of the times of a file: ISO 8601 with an offset, or a count in a named unit since 1970 (`epoch ...`) or since an instant
 * that is named (`seconds since 2026-08-05T10:00:00Z`).
 */
export type TimeForm =
  'iso' | 'epoch seconds' | 'epoch milliseconds' | `seconds since ${string}` | `milliseconds since ${string}`;

/** Reads a time. @returns milliseconds since 1970, or why there is none */
export type ReadTime = (cell: string, decimal: DecimalSign | undefined) => number | string;

const ISO = z.iso.datetime({ offset: true });
const COUNT = /^(?:epoch (seconds|milliseconds)|(seconds|milliseconds) since (.+))$/;
/** Latest time that a reading may have: a count beyond it has another unit than was named. */
const LATEST = Date.UTC(2101, 0, 1);

const ALLOWED =
  "ISO 8601 with offset (2026-08-05T18:57:56Z), or a declared form: 'epoch seconds', 'epoch milliseconds', 'seconds since <ISO time>'";

/**
 * The reader of times of a declared form. @returns undefined for a form that there is not
 */
export function timeReader(form: string): ReadTime | undefined {
  if (form === 'iso') return readIso;
  const [, epoch, unit, since] = COUNT.exec(form) ?? [];
  const start = since === undefined ? 0 : isoMillis(since);
  if ((epoch ?? unit) === undefined || start === undefined) return undefined;
  const factor = (epoch ?? unit) === 'seconds' ? 1_000 : 1;
  return (cell, decimal) => {
    const number = readNumber(cell, decimal);
    if (typeof number === 'string') return number;
    if (number.unit !== undefined) return `'${cell.slice(0, 40)}' is no count of ${form}`;
    const at = Math.round(start + number.value * factor);
    return at >= 0 && at < LATEST ? at : `'${cell.slice(0, 40)}' in ${form} is no time from 1970 to 2100`;
  };
}

/** The form that a column's unit names, as in `timestamp (epoch ms)`; undefined for a unit that does not say since when. */
export function namedForm(unit: string): TimeForm | undefined {
  const [, count] = /^(?:unix|epoch)\s*(s|sec|seconds|ms|milliseconds)$/i.exec(unit) ?? [];
  return count === undefined ? undefined : /^m/i.test(count) ? 'epoch milliseconds' : 'epoch seconds';
}

function readIso(cell: string): number | string {
  const at = isoMillis(cell);
  if (at !== undefined) return at;
  return `'${cell.slice(0, 40)}' is ${formOf(cell)}; allowed: ${ALLOWED}`;
}

/** Milliseconds since 1970 of ISO 8601 with offset, in the extended or the basic form, of a day that the calendar has. */
function isoMillis(text: string): number | undefined {
  const extended = text
    .replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?=[.,\dZ+-])/, '$1-$2-$3T$4:$5:$6')
    .replace(/T(\d\d:\d\d)(?=[Z+-])/, 'T$1:00')
    .replace(/,(?=\d)/, '.')
    .replace(/([+-]\d\d)(\d\d)?$/, (_all, hours: string, minutes?: string) => `${hours}:${minutes ?? '00'}`);
  return ISO.safeParse(extended).success ? Date.parse(extended) : undefined;
}

/** Name of the form that a refused time seems to have, for a person. */
function formOf(cell: string): string {
  if (/^[+-]?\d+([.,]\d+)?$/.test(cell)) return 'a number: seconds, milliseconds or days since when?';
  if (/^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}/.test(cell)) return 'a date whose day and month could be either';
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?$/.test(cell)) return 'a time without an offset from UTC';
  if (/^\d{4}-?\d\d-?\d\d[T ]\d\d:?\d\d:?60/.test(cell)) return 'a leap second';
  if (/^\d{4}-?\d\d-?\d\dT/.test(cell)) return 'a date and time that the calendar does not have';
  if (/^\d{1,2}:\d\d/.test(cell)) return 'a time of day without a date';
  return 'no ISO 8601 date and time';
}
