import { runFuzz } from '../../kit/stands/fuzz-inputs.js';

test('1,000 bad inputs: nothing is thrown, lost, or acknowledged without outcome or dead letter', async () => {
  const { violations, ...counts } = await runFuzz(4, 1_000);
  expect(violations).toEqual([]);
  expect(counts.inputs).toBe(1_000);
  expect(counts.deadLetters + counts.acknowledged + counts.returned).toBe(1_000);
  // Both ways out are taken, or the generator has gone stale.
  expect(counts.deadLetters).toBeGreaterThan(500);
  expect(counts.acknowledged).toBeGreaterThan(50);
  expect(counts.returned).toBe(0);
});
