import { createHarness, type Harness, type OutagePort } from 'laneway/testing';
import { defineWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { cases } from '../../kit/generators/cases.js';
import { agency, Book, Cancelled, travel, TripAsked } from '../../kit/applications/trip-topology.js';

/** A request, a message and a wait, with time for an outage of two hours in each. */
const patient = defineWorkflow(travel, 'patient', { startedBy: TripAsked, deadline: '2 days' }, (flow, asked) => {
  const hotel = flow.request('hotel', Book, { trip: asked.trip, what: 'hotel' }, { timeout: '6 hours' });
  flow.publish('tell', Cancelled, { booking: hotel.booking });
  flow.wait('think', '1 minute');
  flow.request('car', Book, { trip: asked.trip, what: 'car' }, { timeout: '6 hours' });
  flow.complete('booked');
});

/** A request that is over before an outage is. */
const hasty = defineWorkflow(travel, 'hasty', { startedBy: TripAsked, deadline: '2 days' }, (flow, asked) => {
  const none = { what: 'none', booking: 'none', sure: false };
  const hotel = { trip: asked.trip, what: 'hotel' };
  const { what } = flow.request('hotel', Book, hotel, { timeout: '1 minute', onTimeout: none });
  flow.complete('booked', what);
});

function stand(workflow: WorkflowDefinition) {
  const witness: string[] = [];
  return { witness, world: createHarness(travel, { agents: [agency(witness, [])], workflows: [workflow] }) };
}

/** @returns ids of their conversations */
async function startMany(world: Harness, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let trip = 0; trip < count; trip++)
    ids.push((await world.publish(TripAsked, { trip: `t${trip}` })).correlationId);
  return ids;
}

async function endings(world: Harness): Promise<string[]> {
  return [...new Set((await world.executions()).map(({ status, error = '' }) => `${status} ${error}`.trim()))];
}

const LENGTHS = ['15 seconds', '30 seconds', '10 minutes', '2 hours'] as const;
const EXECUTIONS = cases(3, 10);
const DISPATCHER_PORTS: readonly OutagePort[] = ['bus', 'pending', 'intents'];

describe('a dispatcher that reaches nothing', () => {
  test.each(DISPATCHER_PORTS.flatMap((port) => LENGTHS.map((length) => ({ port, length }))))(
    '$port for $length: every execution ends as without',
    async ({ port, length }) => {
      const { witness, world } = stand(patient);
      world.faults.outage({ port, for: length, who: 'dispatcher' });
      await startMany(world, EXECUTIONS);
      await world.advance('1 day');
      expect(await endings(world)).toEqual(['succeeded']);
      expect(witness.sort()).toEqual([
        ...Array.from({ length: EXECUTIONS }, () => 'book car'),
        ...Array.from({ length: EXECUTIONS }, () => 'book hotel'),
      ]);
    },
  );

  test('a step whose deadline is within the outage times out as it says, and nobody is asked for it', async () => {
    const { witness, world } = stand(hasty);
    world.faults.outage({ port: 'bus', for: '2 hours', who: 'dispatcher' });
    await startMany(world, 3);
    await world.advance('1 day');
    expect(await world.executions()).toMatchObject(
      Array.from({ length: 3 }, () => ({ status: 'succeeded', output: { result: 'booked', data: 'none' } })),
    );
    expect(witness).toEqual([]);
  });
});

describe('a starter that reaches nothing', () => {
  // More than the starter's bucket holds, once; the longer ones are about the pauses of a copy.
  test.each([
    ['3 seconds', 200],
    ['5 seconds', cases(40, 200)],
    ['10 minutes', cases(40, 200)],
    ['40 minutes', cases(40, 200)],
  ] as const)(
    'StartExecution is throttled for %s: every one of %d starts comes through, no dead letter',
    async (length, starts) => {
      const { world } = stand(hasty);
      world.faults.outage({ port: 'starter', for: length, kind: 'throttled' });
      const ids = await startMany(world, starts);
      await world.advance('3 hours');
      expect(await world.executions()).toHaveLength(starts);
      expect(await endings(world)).toEqual(['succeeded']);
      expect(ids.flatMap((id) => world.conversation(id).entries).filter(({ kind }) => kind === 'dead-letter')).toEqual(
        [],
      );
    },
  );
});
