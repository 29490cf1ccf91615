import fc from 'fast-check';
import * as z from 'zod';
import { instantOf, plainTimeOf, timeOf } from '../../../../../shared/domain/base/iso-time.js';

const number = (width: number, most: number) =>
  fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(width, '0'));

test('a time is read as `Date.parse` reads it, in every year and on every day that there is or is not', () => {
  const text = fc
    .tuple(number(4, 9999), number(2, 14), number(2, 33), number(2, 25), number(2, 61), number(2, 61), number(3, 999))
    .map(
      ([year, month, day, hour, minute, second, ms]) => `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`,
    );
  fc.assert(
    fc.property(text, (time) => {
      expect(timeOf(time)).toBe(Date.parse(time));
    }),
    { numRuns: 5_000 },
  );
  const days = Array.from({ length: 73_779 }, (_, index) => Date.UTC(1899, 0, 1) + index * 86_400_000);
  expect(days.filter((day) => timeOf(new Date(day).toISOString()) !== day)).toEqual([]);
});

test.each([
  '',
  '2026-01-01',
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.000+02:00',
  '2026-01-01T00:00:00.0x0Z',
  '2026-0/-01T00:00:00.000Z',
])('other forms are left to `Date.parse`: %s', (text) => {
  expect(timeOf(text)).toBe(Date.parse(text));
});

/** False for the days that are left to `Date.parse`. */
const isPlainDay = (date: Date): boolean => date.getUTCDate() <= (date.getUTCMonth() === 1 ? 28 : 30);

test('what is read as a plain time is one by the rule of envelopes, and is read rightly', () => {
  const rule = z.iso.datetime({ offset: true });
  const at = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  const change = fc.tuple(fc.nat(24), fc.constantFrom(...'0129-:.TZ+/ x', '٣', ''));
  fc.assert(
    fc.property(at, fc.option(change), (date, changed) => {
      const text = date.toISOString();
      const [index, sign] = changed ?? [0, text.charAt(0)];
      const given = text.slice(0, index) + sign + text.slice(index + 1);
      const time = plainTimeOf(given);
      if (changed === null) expect(Number.isNaN(time)).toBe(!isPlainDay(date));
      if (!Number.isNaN(time))
        expect([rule.safeParse(given).success, new Date(time).toISOString()]).toEqual([true, given]);
    }),
    { numRuns: 5_000 },
  );
});

test('a time from outside is read as it was written, in every form of ISO 8601 with an offset', () => {
  const instant = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(instant, fc.integer({ min: -14 * 60, max: 14 * 60 }), (at, offset) => {
      const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1);
      const minutes = Math.abs(offset);
      const [hh, mm] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
      const sign = offset < 0 ? '-' : '+';
      expect(instantOf(`${local}${sign}${hh}:${mm}`)).toBe(at.getTime());
      expect(instantOf(`${local.replace('.', ',')}${sign}${hh}${mm}`)).toBe(at.getTime());
      expect(instantOf(`${local.replaceAll(/[-:]/g, '')}${sign}${hh}${mm}`)).toBe(at.getTime());
      expect(instantOf(at.toISOString())).toBe(at.getTime());
    }),
  );
  expect(instantOf('2026-11-21T12:00Z')).toBe(Date.UTC(2026, 10, 21, 12));
  expect(instantOf('2026-11-21T12:00:00.123456789+01')).toBe(Date.UTC(2026, 10, 21, 11, 0, 0, 123));
  expect(instantOf('2024-02-29T00:00Z')).toBe(Date.UTC(2024, 1, 29));
});

test.each([
  ...['5', '90', '', 'tomorrow 10', 'March 31', '31 March 2026', '2026', '2026-11-21', '12:00', '1700000000'],
  ...[
    '2026-11-21T12:00:00',
    '2026-11-21 12:00:00Z',
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-13-01T00:00Z',
  ],
  ...['2026-11-21T24:00:00Z', '2016-12-31T23:59:60Z', '2026-11-21T12:00:00 Z', '2026-11-21T12:00:00+25:00'],
  ...['20261121T12:00:00Z', '+002026-11-21T12:00:00Z', '2026-11-21T12:00:00Zx', ' 2026-11-21T12:00:00Z'],
  ...[5, null, undefined, new Date(0)],
])('%p is no time from outside', (given) => {
  expect(instantOf(given)).toBeUndefined();
});
