import { createHarness } from 'laneway/testing';
import { defineWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { WorkBegun, works } from '../../kit/generators/arbitrary-workflow-topology.js';
import { agency, Book, Cancel, travel, TripAsked, TripWanted } from '../../kit/applications/trip-topology.js';

/** Cases that nothing-hangs.test.ts has found, each as small as it gets. */
const within = { timeout: '1 minute' } as const;

function stand(workflow: WorkflowDefinition, refuses: readonly string[] = []) {
  const witness: string[] = [];
  return { witness, world: createHarness(travel, { agents: [agency(witness, refuses)], workflows: [workflow] }) };
}

test('two elements of a map that wait for the same message at once: the second is refused, and neither waits for nothing', async () => {
  const waits = defineWorkflow(travel, 'waits', { startedBy: TripWanted }, (flow, wish) => {
    flow.map('all', wish.travellers, (traveller) => {
      flow.receive('paid', TripAsked, { timeout: '1 hour', key: traveller, onTimeout: { trip: 'unpaid' } });
    });
    flow.complete('over');
  });
  const { world } = stand(waits);
  await world.publish(TripWanted, { trip: 't1', travellers: ['ann', 'ann'] });
  await world.advance('1 minute');
  const [refused] = await world.executions();
  expect(refused).toMatchObject({ status: 'failed', error: 'RequestFailed' });
  expect(refused?.cause).toMatch(/element 0 of waits-.* already waits for what element 1 of waits-.* wants/);
  // One after the other they hear the same message, and by names of their own both at once.
  await world.publish(TripWanted, { trip: 't2', travellers: ['ann', 'bob'] });
  await world.advance('2 hours');
  expect((await world.executions()).at(-1)).toMatchObject({ status: 'succeeded' });
});

test.each([
  ['before-emit', []],
  ['after-emit', ['book hotel', 'cancel hotel']],
] as const)(
  'a dispatcher that dies %s in a branch whose neighbour has failed: nothing is begun again, and what was asked is undone',
  async (point, done) => {
    const both = defineWorkflow(travel, 'both', { startedBy: TripAsked }, (flow, asked) => {
      flow.parallel({
        hotel: () => {
          flow.request(
            'hotel',
            Book,
            { trip: asked.trip, what: 'hotel' },
            {
              ...within,
              compensate: { with: Cancel, data: ({ what, booking }) => ({ trip: asked.trip, what, booking }) },
            },
          );
        },
        nothing: () => void flow.fail('Never', 'it was not wanted'),
      });
    });
    const { witness, world } = stand(both);
    world.faults.crash('dispatcher', point);
    await world.publish(TripAsked, { trip: 't1' });
    await world.settle();
    expect(world.faults.struck).toBe(1);
    expect(await world.executions()).toMatchObject([{ status: 'failed', error: 'Never' }]);
    expect(witness).toEqual(done);
  },
);

test('a map over a list that may be absent, with a literal one in its place', async () => {
  const extras = defineWorkflow(works, 'extras', { startedBy: WorkBegun }, (flow, start) => {
    const moods = flow.map('all', flow.orElse(start.extra, []), (item) => flow.orElse(item.mood, 'fair'));
    flow.complete('seen', { moods });
  });
  const world = createHarness(works, { agents: [], workflows: [extras] });
  const begun = { work: 'w', mood: 'good' as const, sure: true, soon: '2026-01-01T00:00:00Z', items: [] };
  await world.publish(WorkBegun, begun);
  await world.publish(WorkBegun, { ...begun, extra: [{ name: 'a', mood: 'poor' as const, parts: [] }] });
  await world.advance('1 minute');
  const outputs = (await world.executions()).map(({ output }) => output);
  expect(outputs).toEqual([
    { result: 'seen', data: { moods: [] } },
    { result: 'seen', data: { moods: ['poor'] } },
  ]);
});
