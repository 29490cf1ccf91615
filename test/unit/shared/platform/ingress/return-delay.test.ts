import { returnDelay, SHORT_RETURN_MS } from '../../../../../shared/platform/ingress/return-delay.js';
import { seededRandom } from '../../../../../shared/testing/memory/seeded-random.js';

const DAY = 86_400_000;
/** Receipts that a queue of the platform gives a copy, and time that it keeps it; as deployed. */
const [RECEIPTS, RETENTION] = [100, 4 * DAY];

/** Ages at which a copy that fails again and again is received. */
function agesOf(random: () => number): number[] {
  const ages = [0];
  while (ages.length < RECEIPTS) {
    const age = ages.at(-1) ?? 0;
    ages.push(age + returnDelay(ages.length, age, random()));
  }
  return ages;
}

test('the receipts of a copy outlast its queue, by any dice', () => {
  for (let seed = 0; seed < 500; seed++) {
    const ages = agesOf(seededRandom(seed));
    expect(ages.at(-1)).toBeGreaterThan(RETENTION);
  }
});

test('a copy comes back late by a minute or by a quarter of the outage at most', () => {
  for (let seed = 0; seed < 500; seed++) {
    const ages = agesOf(seededRandom(seed));
    for (const [index, age] of ages.entries())
      expect((ages[index + 1] ?? age) - age).toBeLessThanOrEqual(Math.max(SHORT_RETURN_MS, age / 4));
  }
});

test('no pause is longer than SQS can hide a copy', () => {
  expect(returnDelay(90, 14 * DAY, 0.999)).toBeLessThan(12 * 3_600_000);
});
