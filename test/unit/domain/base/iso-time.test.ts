import fc from 'fast-check';
import { timeOf } from '../../../../shared/domain/base/iso-time.js';

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
