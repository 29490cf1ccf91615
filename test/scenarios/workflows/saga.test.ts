import { createHarness } from 'laneway/testing';
import { defineWorkflow } from 'laneway/workflow';
import { WorkflowCompensated } from '../../../shared/message/system-messages.js';
import {
  agency,
  Book,
  bookGroup,
  bookTrip,
  Booked,
  Cancel,
  travel,
  TripWanted,
} from '../../kit/applications/trip-topology.js';

const wish = { trip: 't1', travellers: ['ann', 'bob', 'eve'] };

async function run(workflow: typeof bookTrip | typeof bookGroup, refuses?: readonly string[]) {
  const witness: string[] = [];
  const world = createHarness(travel, { agents: [agency(witness, refuses)], workflows: [workflow] });
  const { correlationId } = await world.publish(TripWanted, wish);
  await world.settle();
  return { witness, conversation: world.conversation(correlationId) };
}

test('what was done is undone in reverse, once, and nothing else is sent', async () => {
  const { witness, conversation } = await run(bookTrip);
  expect(witness).toEqual(['book hotel', 'book flight', 'cancel flight', 'cancel hotel']);
  expect(conversation.endings).toMatchObject([{ status: 'failed', result: 'RequestFailed' }]);
  expect(conversation.messages(WorkflowCompensated).map(({ data }) => data)).toEqual([
    expect.objectContaining({ workflow: 'book-trip', undone: ['flight', 'hotel'], notUndone: [] }),
  ]);
  expect(conversation.messages(Book)).toHaveLength(3);
  expect(conversation.messages(Cancel)).toHaveLength(2);
  expect(conversation.account).toMatchObject({ atRest: true, missing: [] });
  const requests = conversation.entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request] : []));
  expect(requests.map(({ type, state }) => `${type} ${state}`).sort()).toEqual([
    'Book failed',
    'Book replied',
    'Book replied',
    'Cancel replied',
    'Cancel replied',
  ]);
});

test('nothing is undone when all goes well', async () => {
  const { witness, conversation } = await run(bookTrip, []);
  expect(witness).toEqual(['book hotel', 'book flight', 'book car']);
  expect(conversation.messages(WorkflowCompensated)).toHaveLength(0);
});

test('an undoing that fails does not keep the others from being undone, and is named', async () => {
  const { witness, conversation } = await run(bookTrip, ['book car', 'cancel flight']);
  expect(witness).toEqual(['book hotel', 'book flight', 'cancel hotel']);
  expect(conversation.messages(WorkflowCompensated).map(({ data }) => data)).toEqual([
    expect.objectContaining({ undone: ['hotel'], notUndone: ['flight'] }),
  ]);
});

test('branches and elements are undone, whichever there were', async () => {
  const { witness, conversation } = await run(bookGroup);
  const booked = witness.filter((what) => what.startsWith('book ')).map((what) => what.slice(5));
  const cancelled = witness.filter((what) => what.startsWith('cancel ')).map((what) => what.slice(7));
  expect([...booked].sort()).toEqual(['ann', 'bob', 'eve', 'hotel']);
  expect([...cancelled].sort()).toEqual(['ann', 'bob', 'eve', 'hotel']);
  const [told] = conversation.messages(WorkflowCompensated);
  expect(new Set((told?.data as { undone: string[] }).undone)).toEqual(
    new Set(['seat #0', 'seat #1', 'seat #2', 'hotel']),
  );
});

test('a neighbour that is answered after the failure is undone as well', async () => {
  const witness: string[] = [];
  const late = defineWorkflow(travel, 'late', { startedBy: TripWanted }, (flow, start) => {
    flow.parallel({
      slow: () =>
        void flow.request(
          'slow',
          Book,
          { trip: start.trip, what: 'slow' },
          {
            timeout: '10 minutes',
            compensate: { with: Cancel, data: ({ what, booking }) => ({ trip: start.trip, what, booking }) },
          },
        ),
      car: () => void flow.request('car', Book, { trip: start.trip, what: 'car' }, { timeout: '1 minute' }),
    });
  });
  const world = createHarness(travel, { agents: [agency(witness)], workflows: [late] });
  // Only the reply is held back: the booking is made, the execution fails meanwhile.
  world.faults.delay('2 minutes', { type: Booked.name });
  const { correlationId } = await world.publish(TripWanted, wish);
  await world.settle();
  expect(witness).toEqual(['book slow', 'cancel slow']);
  expect(world.conversation(correlationId).messages(WorkflowCompensated)).toHaveLength(1);
});

test.each([1, 2, 3])('stores and bus that fail now and then change nothing of it (seed %i)', async (seed) => {
  const witness: string[] = [];
  const world = createHarness(travel, { agents: [agency(witness)], workflows: [bookTrip], seed });
  world.faults.storeErrors(0.05);
  world.faults.throttle(0.1);
  const { correlationId } = await world.publish(TripWanted, wish).catch(() => {
    const [only] = world.conversations();
    return { correlationId: only ?? '' };
  });
  await world.settle();
  // A timeout may come of it as well as a refusal: what was done is undone, also where the reply came too late.
  const done = witness.filter((what) => what.startsWith('book ')).map((what) => what.slice(5));
  const undone = witness.filter((what) => what.startsWith('cancel ')).map((what) => what.slice(7));
  // A handling whose outcome could not be stored is run again: each is asked for once, and its effect may stand twice.
  expect([...new Set(undone)].sort()).toEqual([...new Set(done)].sort());
  expect(world.conversation(correlationId).messages(Cancel)).toHaveLength(new Set(done).size);
  expect(done).toContain('hotel');
  expect(world.conversation(correlationId).account.atRest).toBe(true);
});

describe('crashes of the platform', () => {
  const points = ['before-emit', 'mid-emit', 'after-emit'] as const;
  const cases = ['dispatcher', 'replies', 'workflow-events'].flatMap((who) => points.map((point) => ({ who, point })));
  test.each(cases)('$who dies $point: the same is done and undone', async ({ who, point }) => {
    for (const seed of [1, 2, 3]) {
      const witness: string[] = [];
      const world = createHarness(travel, { agents: [agency(witness)], workflows: [bookTrip], seed });
      world.faults.crash(who, point, { times: seed });
      world.faults.duplicate({ probability: 0.3 });
      const { correlationId } = await world.publish(TripWanted, wish);
      await world.settle();
      expect(witness).toEqual(['book hotel', 'book flight', 'cancel flight', 'cancel hotel']);
      const told = world.conversation(correlationId).messages(WorkflowCompensated);
      expect(told.map(({ data }) => (data as { undone: string[] }).undone)).toEqual([['flight', 'hotel']]);
    }
  });
});
