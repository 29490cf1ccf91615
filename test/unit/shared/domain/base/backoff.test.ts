import { FIRST_TROUBLE_MS, LONGEST_TROUBLE_MS, troubleDelay } from '../../../../../shared/domain/base/backoff.js';

const DAY_MS = 86_400_000;

/** Time that the receipts of a lane cover, if each pause is drawn by `random`. */
const covered = (random: number): number =>
  Array.from({ length: 100 }, (_, index) => troubleDelay(index + 1, random)).reduce((sum, pause) => sum + pause, 0);

test('pauses of a copy in trouble begin short, grow, and end at the longest', () => {
  expect(troubleDelay(1, 0.999_999)).toBe(FIRST_TROUBLE_MS);
  const pauses = Array.from({ length: 30 }, (_, index) => troubleDelay(index + 1, 0));
  expect(pauses[0]).toBe(FIRST_TROUBLE_MS / 2);
  expect([...pauses].sort((a, b) => a - b)).toEqual(pauses);
  expect(pauses.at(-1)).toBe(LONGEST_TROUBLE_MS / 2);
  expect(troubleDelay(100, 0.999_999)).toBe(LONGEST_TROUBLE_MS);
});

test('a pause is no longer than the trouble that came before it', () => {
  let before = 0;
  for (let receives = 1; receives <= 30; receives++) {
    if (receives > 3) expect(troubleDelay(receives, 0)).toBeLessThanOrEqual(before);
    before += troubleDelay(receives, 0);
  }
});

test('the 100 receipts of a lane cover a day at least, and less than the four days that it keeps a copy', () => {
  expect(covered(0)).toBeGreaterThan(DAY_MS * 0.9);
  expect(covered(0.999_999)).toBeLessThan(2 * DAY_MS);
});
