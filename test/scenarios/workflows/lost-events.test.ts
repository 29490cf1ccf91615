import { createHarness, type Harness } from 'laneway/testing';
import { defineWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { agency, bookTrip, Book, travel, TripAsked, TripWanted } from '../../kit/applications/trip-topology.js';

const receiver = 'workflow-events';

const inner = defineWorkflow(travel, 'inner', { startedBy: TripAsked }, (flow, asked) => {
  flow.request('hotel', Book, { trip: asked.trip, what: 'hotel' }, { timeout: '1 minute' });
  flow.complete('booked');
});
const outer = defineWorkflow(travel, 'outer', { startedBy: TripWanted }, (flow, wish) => {
  flow.run('inner', inner, { trip: wish.trip }, { timeout: '1 day', results: ['booked'] });
  flow.complete('went');
});

function stand(workflows: readonly WorkflowDefinition[], refuses: readonly string[] = []) {
  const witness: string[] = [];
  return { witness, world: createHarness(travel, { agents: [agency(witness, refuses)], workflows }) };
}

/** Ids of the messages of a type that were published, each once. */
function idsOf(world: Harness, name: string): string[] {
  return [...new Set(world.published.filter(({ type }) => type === name).map(({ id }) => id))];
}

const trip = { trip: 't1', travellers: [] };

describe('the status event of an execution is lost', () => {
  test('a failed one is undone and told of all the same', async () => {
    const { witness, world } = stand([bookTrip], ['book car']);
    world.faults.drop({ receiver, times: Infinity });
    const { correlationId } = await world.publish(TripWanted, trip);
    await world.advance('2 minutes');
    expect(witness).toEqual(['book hotel', 'book flight']);
    await world.advance('20 minutes');
    expect(witness).toEqual(['book hotel', 'book flight', 'cancel flight', 'cancel hotel']);
    expect(idsOf(world, 'WorkflowCompensated')).toHaveLength(1);
    expect(world.conversation(correlationId).endings).toMatchObject([{ status: 'failed' }]);
  });

  test('one that succeeded is told of, and the step that runs it', async () => {
    const { world } = stand([inner, outer]);
    world.faults.drop({ receiver, times: Infinity });
    await world.publish(TripWanted, trip);
    await world.advance('1 hour');
    expect((await world.executions()).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(idsOf(world, 'WorkflowCompleted')).toHaveLength(2);
  });

  test('one that runs for days is told of within an hour and its grace', async () => {
    const long = defineWorkflow(travel, 'long', { startedBy: TripAsked, deadline: '20 days' }, (flow) => {
      flow.wait('days', '10 days');
      flow.complete('rested');
    });
    const { world } = stand([long]);
    world.faults.drop({ receiver, times: Infinity });
    await world.publish(TripAsked, { trip: 't1' });
    await world.advance('10 days');
    expect(idsOf(world, 'WorkflowCompleted')).toHaveLength(0);
    await world.advance('75 minutes');
    expect(idsOf(world, 'WorkflowCompleted')).toHaveLength(1);
  });
});

test('a harness that settles waits until the end is told', async () => {
  const { witness, world } = stand([bookTrip], ['book car']);
  world.faults.drop({ receiver, times: Infinity });
  await world.publish(TripWanted, trip);
  await world.settle();
  expect(witness).toEqual(['book hotel', 'book flight', 'cancel flight', 'cancel hotel']);
});

describe('the status event of an execution comes', () => {
  test.each([
    ['late', (world: Harness) => world.faults.delay('1 hour', { receiver })],
    ['twice', (world: Harness) => world.faults.duplicate({ receiver })],
    ['on time', () => undefined],
  ])('%s: everything happens once', async (_when, plan) => {
    const { witness, world } = stand([bookTrip], ['book car']);
    plan(world);
    await world.publish(TripWanted, trip);
    await world.advance('3 hours');
    expect(witness).toEqual(['book hotel', 'book flight', 'cancel flight', 'cancel hotel']);
    expect(idsOf(world, 'WorkflowCompleted')).toHaveLength(1);
    expect(idsOf(world, 'WorkflowCompensated')).toHaveLength(1);
  });
});

test('supervision away as well: the end is told when it is back', async () => {
  const { witness, world } = stand([bookTrip], ['book car']);
  world.faults.drop({ receiver, times: Infinity });
  world.faults.outage({ port: 'openExecutions', from: '1 minute', for: '10 days' });
  world.faults.outage({ port: 'executions', from: '1 minute', for: '10 days' });
  await world.publish(TripWanted, trip);
  await world.advance('10 days');
  expect(witness).toEqual(['book hotel', 'book flight']);
  await world.advance('30 minutes');
  expect(witness).toEqual(['book hotel', 'book flight', 'cancel flight', 'cancel hotel']);
});
