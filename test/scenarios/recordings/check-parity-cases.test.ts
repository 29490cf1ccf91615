import { checkExecutions } from 'laneway/testing';
import { defineWorkflow } from 'laneway/workflow';
import { boundAgents } from '../../../shared/testing/harness/bound-agents.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { recordAll } from '../../kit/generators/record-all.js';
import { agency, Book, travel, TripAsked } from '../../kit/applications/trip-topology.js';
import { parityCases, definitions } from '../../kit/applications/engine-parity/parity-cases.js';
import { playInHarness } from '../../kit/applications/engine-parity/harness-side.js';
import { parity } from '../../kit/applications/engine-parity/topology.js';

// Executions with every verb, ended well and badly: by the code that they ran on, each goes the same way through.
test.each(parityCases.map((parityCase) => [parityCase.name, parityCase] as const))(
  '%s is the same by the same code',
  async (_name, parityCase) => {
    const { recordings } = await playInHarness(parityCase);
    const recorded = await recordings();
    expect(recorded.length).toBeGreaterThan(0);
    const checks = await checkExecutions(parity, definitions, recorded);
    expect(checks.flatMap(({ findings }) => findings)).toEqual([]);
    expect(checks.map(({ execution, verdict }) => [execution, verdict])).toEqual(
      recorded.map(({ execution }) => [execution, 'same']),
    );
  },
);

test('a retried execution is recorded with what it took over, and the failed one as it was left', async () => {
  const plan = defineWorkflow(travel, 'plan', { startedBy: TripAsked, deadline: '3 days' }, (flow, asked) => {
    const within = { timeout: '1 minute' } as const;
    flow.request('hotel', Book, { trip: asked.trip, what: 'hotel' }, within);
    flow.wait('think', '1 hour');
    flow.request('car', Book, { trip: asked.trip, what: 'car' }, within);
    flow.complete('booked');
  });
  const parts = { topology: travel, agents: boundAgents(travel, [agency([], [])]), workflows: [plan] };
  const world = new HarnessWorld({ ...parts, random: seededRandom(1) });
  const harness = harnessOver(world, parts);
  await harness.publish(TripAsked, { trip: 't1' });
  await harness.advance('30 minutes');
  harness.faults.loseDispatches({ times: 1 });
  await harness.settle();
  const [failed] = await harness.executions();
  await harness.retry(failed?.name ?? '', { by: 'ann', why: 'the dispatcher is repaired' });
  await harness.settle();
  const recorded = await recordAll(world, travel);
  expect(recorded.map(({ status, steps }) => [status, steps.map(({ outcome }) => outcome?.state)])).toEqual([
    ['failed', ['replied', 'replied', 'failed']],
    ['succeeded', ['replied', 'replied', 'replied']],
  ]);
  const checks = await checkExecutions(travel, [plan], recorded);
  expect(checks.map(({ verdict }) => verdict)).toEqual(['same', 'same']);
});
