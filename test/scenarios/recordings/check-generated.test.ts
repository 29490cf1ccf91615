import fc from 'fast-check';
import { checkExecutions } from 'laneway/testing';
import { arbitraryCircumstances, arbitraryWorkflow } from '../../kit/generators/arbitrary-workflow.js';
import { cases } from '../../kit/generators/cases.js';
import { define } from '../../kit/generators/arbitrary-workflow-define.js';
import { arbitraryFaults } from '../../kit/generators/arbitrary-workflow-faults.js';
import { runWorkflow } from '../../kit/generators/arbitrary-workflow-run.js';
import { works } from '../../kit/generators/arbitrary-workflow-topology.js';
import { recordAll } from '../../kit/generators/record-all.js';

const SEED = 7;
const DEFINITIONS = cases(20, 60);

test(`generated workflows under generated faults: what was recorded goes the same way by the same code (seed ${SEED})`, async () => {
  let executions = 0;
  let answered = 0;
  const property = fc.asyncProperty(
    arbitraryWorkflow(),
    arbitraryCircumstances(),
    arbitraryFaults(),
    async (plan, given, faults) => {
      const defined = define(plan);
      const { world } = await runWorkflow(defined, given, faults);
      const recorded = await recordAll(world, works);
      const checks = await checkExecutions(works, defined.definitions, recorded);
      executions += recorded.length;
      answered += recorded.flatMap(({ steps }) => steps).filter(({ outcome }) => outcome).length;
      const told = checks.flatMap(({ status, findings }) => findings.map((finding) => ({ status, ...finding })));
      // Of branches that fail side by side, which one is heard of first is a race that faults decide.
      expect(told.filter(({ level }) => level !== 'note')).toEqual([]);
    },
  );
  await fc.assert(property, { seed: SEED, numRuns: DEFINITIONS, endOnFailure: true });
  expect(executions).toBeGreaterThan(DEFINITIONS);
  expect(answered).toBeGreaterThan(executions);
});
