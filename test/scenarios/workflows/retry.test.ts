import { createHarness, type Harness } from 'laneway/testing';
import { defineWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import {
  agency,
  Book,
  Booked,
  bookTrip,
  Cancel,
  Cancelled,
  travel,
  TripAsked,
  TripWanted,
} from '../../kit/applications/trip-topology.js';

const within = { timeout: '1 minute' } as const;
const actor = { by: 'ann', why: 'the dispatcher is repaired' };
/** Fails executions at the steps that are begun next: supervision finds that nobody answers them. */
const loseSteps = (world: Harness, times = 1) => world.faults.loseDispatches({ times });

/** Two bookings with a message, a wait and a person's decision between them. */
const plan = defineWorkflow(travel, 'plan', { startedBy: TripAsked, deadline: '3 days' }, (flow, asked) => {
  const hotel = flow.request('hotel', Book, { trip: asked.trip, what: 'hotel' }, within);
  flow.publish('tell', Cancelled, { booking: hotel.booking });
  flow.wait('think', '1 hour');
  const { decision } = flow.approval('sure', { title: 'Go?', approvers: 'family', timeout: '1 day' });
  flow.request('car', Book, { trip: asked.trip, what: 'car' }, within);
  flow.match(decision, {
    approved: () => flow.complete('booked'),
    rejected: () => flow.complete('stayed'),
    silent: () => flow.complete('forgotten'),
  });
});

function stand(workflows: readonly WorkflowDefinition[], refuses: readonly string[] = []) {
  const witness: string[] = [];
  return { witness, world: createHarness(travel, { agents: [agency(witness, refuses)], workflows }) };
}

async function names(world: Harness): Promise<string[]> {
  return (await world.executions()).map(({ name, status }) => `${name.replace(/.*-[0-9a-f]{12}/, '')} ${status}`);
}

async function last(world: Harness): Promise<string> {
  return (await world.executions()).at(-1)?.name ?? '';
}

test('completed steps, published messages, waits and decisions are not repeated', async () => {
  const { witness, world } = stand([plan]);
  const { correlationId } = await world.publish(TripAsked, { trip: 't1' });
  await world.advance('2 hours');
  const [open] = await world.approvals();
  await world.decide(open?.requestId ?? '', 'approved', { by: 'bob', why: 'sunny' });
  loseSteps(world);
  await world.settle();
  expect(witness).toEqual(['book hotel']);
  expect(await names(world)).toEqual([' failed']);
  const began = world.now().getTime();

  const first = await last(world);
  expect(await world.retry(first, actor)).toMatchObject({ generation: 1, already: false, of: first });
  await world.settle();
  expect(await names(world)).toEqual([' failed', '-1 succeeded']);
  expect(witness).toEqual(['book hotel', 'book car']);
  // Neither the hour nor the decision was waited for once more.
  expect(world.now().getTime() - began).toBeLessThan(600_000);
  const conversation = world.conversation(correlationId);
  expect(conversation.endings).toHaveLength(2);
  expect(conversation.endings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ status: 'failed' }),
      expect.objectContaining({ status: 'succeeded', result: 'booked' }),
    ]),
  );
  expect(new Set(world.published.filter(({ type }) => type === Cancelled.name).map(({ id }) => id)).size).toBe(1);
  expect(conversation.account).toMatchObject({ atRest: true, missing: [] });
  expect(conversation.entries.flatMap((entry) => (entry.kind === 'operator' ? [entry.operator] : []))).toContainEqual(
    expect.objectContaining({ action: 'retry', ...actor, execution: `${first}-1` }),
  );
});

test('a retry repeated starts nothing, of what succeeded or still runs it is refused, and a failed retry can be retried', async () => {
  const { witness, world } = stand([plan]);
  await world.publish(TripAsked, { trip: 't1' });
  await world.advance('1 minute');
  const first = await last(world);
  await expect(world.retry(first, actor)).rejects.toMatchObject({ code: 'REFUSED' });
  // In the retry the steps before are told what they had; the same step fails once more.
  loseSteps(world, 4);
  await world.settle();
  await Promise.all([world.retry(first, actor), world.retry(first, actor)]);
  await world.settle();
  expect(await names(world)).toEqual([' failed', '-1 failed']);
  expect(await world.retry(first, actor)).toMatchObject({ already: true, execution: `${first}-1` });
  await world.settle();
  expect(await names(world)).toHaveLength(2);

  await world.retry(`${first}-1`, actor);
  await world.settle();
  expect(await names(world)).toEqual([' failed', '-1 failed', '-2 succeeded']);
  expect(witness).toEqual(['book hotel', 'book car']);
  await expect(world.retry(`${first}-2`, actor)).rejects.toMatchObject({ code: 'REFUSED' });
  await expect(world.retry(first, { by: 'ann', why: ' ' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  await expect(world.retry('plan-none', actor)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('what was compensated meanwhile is done again; while it is being undone, a retry is refused', async () => {
  const refuses = ['book car'];
  const { witness, world } = stand([bookTrip], refuses);
  await world.publish(TripWanted, { trip: 't1', travellers: [] });
  world.faults.delay('5 minutes', { type: Cancel.name });
  await world.advance('2 minutes');
  const first = await last(world);
  await expect(world.retry(first, actor)).rejects.toMatchObject({
    code: 'REFUSED',
    message: expect.stringContaining('undone') as string,
  });
  await world.settle();
  refuses.pop();
  await world.retry(first, actor);
  await world.settle();
  const bookings = ['book hotel', 'book flight'];
  expect(witness).toEqual([...bookings, 'cancel flight', 'cancel hotel', ...bookings, 'book car']);
  expect(await names(world)).toEqual([' failed', '-1 succeeded']);
});

test('a request that is still open is waited on, not made again', async () => {
  const both = defineWorkflow(travel, 'both', { startedBy: TripAsked }, (flow, asked) => {
    flow.parallel({
      hotel: () => void flow.request('hotel', Book, { trip: asked.trip, what: 'hotel' }, { timeout: '1 hour' }),
      car: () => void flow.request('car', Book, { trip: asked.trip, what: 'car' }, within),
    });
    flow.complete('booked');
  });
  const refuses = ['book car'];
  const { witness, world } = stand([both], refuses);
  world.faults.delay('10 minutes', { type: Booked.name, times: 1 });
  const { correlationId } = await world.publish(TripAsked, { trip: 't1' });
  await world.advance('2 minutes');
  expect(await names(world)).toEqual([' failed']);
  refuses.pop();
  await world.retry(await last(world), actor);
  await world.settle();
  expect(await names(world)).toEqual([' failed', '-1 succeeded']);
  expect(witness).toEqual(['book hotel', 'book car']);
  expect(world.conversation(correlationId).account.atRest).toBe(true);
});

test('an end that the step has a value for is not waited for again', async () => {
  const silent = defineWorkflow(travel, 'silent', { startedBy: TripAsked }, (flow, asked) => {
    const otherwise = { what: 'hotel', booking: 'none', sure: false };
    const taken = { trip: asked.trip, what: 'hotel' };
    const hotel = flow.request('hotel', Book, taken, { timeout: '1 hour', onFailure: otherwise });
    flow.request('car', Book, { trip: asked.trip, what: hotel.booking }, within);
    flow.complete('booked');
  });
  const refuses = ['book hotel', 'book none'];
  const { witness, world } = stand([silent], refuses);
  const { correlationId } = await world.publish(TripAsked, { trip: 't1' });
  await world.settle();
  refuses.length = 0;
  await world.retry(await last(world), actor);
  await world.settle();
  expect(witness).toEqual(['book none']);
  expect(world.conversation(correlationId).messages(Book)).toHaveLength(3);
});

test('a workflow that failed within another is retried with that one, and its completed steps are not repeated', async () => {
  const inner = defineWorkflow(travel, 'inner', { startedBy: TripWanted }, (flow, wish) => {
    flow.request('hotel', Book, { trip: wish.trip, what: 'hotel' }, within);
    flow.request('car', Book, { trip: wish.trip, what: 'car' }, within);
    flow.complete('booked');
  });
  const outer = defineWorkflow(travel, 'outer', { startedBy: TripAsked }, (flow, asked) => {
    const data = { trip: asked.trip, travellers: [] };
    flow.run('book', inner, data, { timeout: '1 hour', results: ['booked'] });
    flow.complete('done');
  });
  const refuses = ['book car'];
  const { witness, world } = stand([outer, inner], refuses);
  await world.publish(TripAsked, { trip: 't1' });
  await world.settle();
  const all = await world.executions();
  const [of, within_] = ['outer', 'inner'].map((name) => all.find(({ workflow }) => workflow === name)?.name ?? '');
  await expect(world.retry(within_ ?? '', actor)).rejects.toMatchObject({ code: 'REFUSED' });
  refuses.pop();
  await world.retry(of ?? '', actor);
  await world.settle();
  expect(witness).toEqual(['book hotel', 'book car']);
  const ends = (await world.executions()).map(({ name, status }) => `${name} ${status}`);
  expect(ends).toEqual([`${of} failed`, `${within_} failed`, `${of}-1 succeeded`, `${within_}-1 succeeded`]);
});

test('a message that did not come is waited for again, and one that comes in between is taken', async () => {
  const waits = defineWorkflow(travel, 'waits', { startedBy: TripAsked }, (flow, asked) => {
    flow.request('hotel', Book, { trip: asked.trip, what: 'hotel' }, within);
    flow.receive('cancelled', TripWanted, { timeout: '1 hour' });
    flow.complete('done');
  });
  const { witness, world } = stand([waits]);
  const { correlationId } = await world.publish(TripAsked, { trip: 't1' });
  await world.settle();
  const first = await last(world);
  expect(await names(world)).toEqual([' failed']);
  await world.retry(first, actor);
  await world.settle();
  await world.publish(TripWanted, { trip: 't1', travellers: [] }, { correlationId });
  await world.settle();
  expect(await names(world)).toEqual([' failed', '-1 failed']);
  await world.retry(`${first}-1`, actor);
  await world.settle();
  expect(await names(world)).toEqual([' failed', '-1 failed', '-2 succeeded']);
  expect(witness).toEqual(['book hotel']);
});
