import { cases } from '../../kit/generators/cases.js';
import { checkWorkflows, PLANS_EACH } from '../../kit/generators/arbitrary-workflow-check.js';

/** A slice of `npm run reliability -- --row workflows`; another seed each day would find more, and fail at random. */
const SEED = 5;
const DEFINITIONS = cases(15, 40);

test(`generated workflows under generated faults: all end by their deadline, and whoever waits is told once (seed ${SEED})`, async () => {
  const found = await checkWorkflows({ seed: SEED, definitions: DEFINITIONS, shrink: false });
  expect(found.failure).toBe('');
  expect(found).toMatchObject({ definitions: DEFINITIONS, runs: DEFINITIONS * PLANS_EACH, toldTwice: 0, backstops: 0 });
  expect(found.waits).toBe(found.told + found.inVain);
  // A plan that never strikes, or a definition without steps that wait, would test nothing.
  expect(found.struck).toBeGreaterThan(found.runs);
  expect(found.waits).toBeGreaterThan(found.runs);
  expect(found.undone).toBeGreaterThan(0);
});
