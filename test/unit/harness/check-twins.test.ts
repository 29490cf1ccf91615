import { checkExecutions } from 'laneway/testing';
import { defineWorkflow } from 'laneway/workflow';
import { boundAgents } from '../../../shared/testing/harness/bound-agents.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { recordAll } from '../../kit/generators/record-all.js';
import { agency, Book, travel, TripAsked } from '../../kit/applications/trip-topology.js';
import { allTwins, definitions } from '../../kit/applications/twins/all-twins.js';
import { playInHarness } from '../../kit/applications/twins/harness-side.js';
import { twins } from '../../kit/applications/twins/topology.js';

// Executions with every verb, ended well and badly: by the code that they ran on, each goes the same way through.
test.each(allTwins.map((twin) => [twin.name, twin] as const))(
  '%s is the same by the same code',
  async (_name, twin) => {
    const { recordings } = await playInHarness(twin);
    const recorded = await recordings();
    expect(recorded.length).toBeGreaterThan(0);
    const checks = await checkExecutions(twins, definitions, recorded);
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
  harness.faults.crash('dispatcher', 'before-emit', { times: 6 });
  await harness.settle();
  const [failed] = await harness.executions();
  await harness.retry(failed?.name ?? '', { by: 'ann', why: 'the dispatcher is repaired' });
  await harness.settle();
  const recorded = await recordAll(world, travel);
  expect(recorded.map(({ status, steps }) => [status, steps.map(({ outcome }) => outcome?.state)])).toEqual([
    ['failed', ['replied', 'replied', undefined]],
    ['succeeded', ['replied', 'replied', 'replied']],
  ]);
  const checks = await checkExecutions(travel, [plan], recorded);
  expect(checks.map(({ verdict }) => verdict)).toEqual(['same', 'same']);
});
