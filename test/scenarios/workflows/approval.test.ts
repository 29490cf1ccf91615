import { createHarness } from 'laneway/testing';
import { defineWorkflow } from 'laneway/workflow';
import { ApprovalDecided, ApprovalRequested } from '../../../shared/message/system-messages.js';
import { agency, Book, Cancel, travel, TripWanted } from '../../kit/applications/trip-topology.js';

/** A hotel is held, people decide, then the car is booked; rejected or silent: nothing is kept. */
const approved = defineWorkflow(travel, 'approved', { startedBy: TripWanted, deadline: '10 days' }, (flow, wish) => {
  const hotel = flow.request(
    'hotel',
    Book,
    { trip: wish.trip, what: 'hotel' },
    {
      timeout: '1 minute',
      compensate: { with: Cancel, data: ({ what, booking }) => ({ trip: wish.trip, what, booking }) },
    },
  );
  const { decision, by } = flow.approval('budget', {
    title: wish.trip,
    details: { booking: hotel.booking, limit: 100 },
    approvers: 'team leads',
    escalateTo: 'management',
    timeout: '1 hour',
  });
  flow.match(decision, {
    approved: () => {
      flow.request('car', Book, { trip: wish.trip, what: 'car' }, { timeout: '1 minute' });
      flow.complete('booked', { by });
    },
    rejected: () => flow.fail('Rejected', 'the budget was not approved'),
    silent: () => flow.fail('Silent'),
  });
});

async function waiting() {
  const witness: string[] = [];
  const world = createHarness(travel, { agents: [agency(witness, [])], workflows: [approved] });
  const { correlationId } = await world.publish(TripWanted, { trip: 't1', travellers: [] });
  await world.advance('10 minutes');
  const [approval] = await world.approvals();
  return { witness, world, correlationId, approval, id: approval?.requestId ?? '' };
}

test('people are asked with what it takes to decide; approved, the workflow goes on, and the ledger says who and why', async () => {
  const { witness, world, correlationId, approval, id } = await waiting();
  expect(approval?.approval).toMatchObject({
    title: 't1',
    details: { booking: 't1-hotel', limit: 100 },
    approvers: 'team leads',
  });
  expect(
    world
      .conversation(correlationId)
      .messages(ApprovalRequested)
      .map(({ data }) => data),
  ).toEqual([expect.objectContaining({ approval: id, step: 'budget', escalated: false })]);
  await world.decide(id, 'approved', { by: 'ann', why: 'within budget' });
  await world.settle();
  const conversation = world.conversation(correlationId);
  expect(witness).toEqual(['book hotel', 'book car']);
  expect(conversation.endings).toMatchObject([{ status: 'succeeded', result: 'booked' }]);
  const actions = conversation.entries.flatMap((entry) => (entry.kind === 'operator' ? [entry.operator] : []));
  expect(actions).toMatchObject([{ by: 'ann', why: 'within budget', requestId: id }]);
  // Decided once: a second decision is refused, with what stands.
  await expect(world.decide(id, 'rejected', { by: 'bob', why: 'too late' })).rejects.toThrow(
    /has been decided: approved by ann, 20/,
  );
});

test('rejected: what was done is undone', async () => {
  const { witness, world, correlationId, id } = await waiting();
  await world.decide(id, 'rejected', { by: 'ann', why: 'too dear' });
  await world.settle();
  expect(witness).toEqual(['book hotel', 'cancel hotel']);
  expect(world.conversation(correlationId).endings).toMatchObject([{ status: 'failed', result: 'Rejected' }]);
});

test('silence escalates, once, and is an answer in the end', async () => {
  const { witness, world, correlationId } = await waiting();
  await world.advance('1 hour');
  const asked = () =>
    world
      .conversation(correlationId)
      .messages(ApprovalRequested)
      .map(({ data }) => data);
  expect(asked()).toEqual([
    expect.objectContaining({ approvers: 'team leads', escalated: false }),
    expect.objectContaining({ approvers: 'management', escalated: true }),
  ]);
  expect(world.conversation(correlationId).endings).toEqual([]);
  await world.settle();
  expect(asked()).toHaveLength(2);
  expect(
    world
      .conversation(correlationId)
      .messages(ApprovalDecided)
      .map(({ data }) => data),
  ).toEqual([expect.objectContaining({ decision: 'silent' })]);
  expect(world.conversation(correlationId).endings).toMatchObject([{ status: 'failed', result: 'Silent' }]);
  expect(witness).toEqual(['book hotel', 'cancel hotel']);
});

test.each(['deadlines', 'replies', 'dispatcher'])('%s dying on the way changes nothing of it', async (who) => {
  for (const point of ['before-emit', 'mid-emit', 'after-emit'] as const) {
    const { witness, world, correlationId } = await waiting();
    world.faults.crash(who, point, { times: 2 });
    world.faults.duplicate({ probability: 0.5 });
    await world.settle();
    expect(world.conversation(correlationId).endings).toMatchObject([{ result: 'Silent' }]);
    expect(witness).toEqual(['book hotel', 'cancel hotel']);
  }
});

test('nobody decides what does not wait, or without a name, nor by an answer, which would go past the first decision', async () => {
  const { world, id } = await waiting();
  const data = { decision: 'approved', by: 'ann', reason: 'yes' };
  await expect(world.answer(id, data, { by: 'ann', why: 'yes' })).rejects.toThrow(/is an approval.*decided/);
  await expect(world.decide('no-such', 'approved', { by: 'ann', why: 'yes' })).rejects.toThrow(/no request 'no-such'/);
  await expect(world.decide(id, 'approved', { by: '', why: 'yes' })).rejects.toThrow(/nobody is named who acts/);
});
