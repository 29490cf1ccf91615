import { HARNESS_ATTACKS } from '../../../../../bench/security/runs/harness-attacks.js';

test.each(HARNESS_ATTACKS)('$name is refused to every role', async ({ run }) => {
  const tried = await run();
  expect(tried.length).toBeGreaterThan(0);
  expect(tried.filter(({ refusedBy = '' }) => !/\w/.test(refusedBy))).toEqual([]);
});

test('every attack has a name of its own', () => {
  const names = HARNESS_ATTACKS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
