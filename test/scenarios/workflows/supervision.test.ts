import type { DataOf } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineWorkflow, type Ref, type WorkflowDefinition } from 'laneway/workflow';
import {
  agency,
  Book,
  Booked,
  bookTrip,
  Cancel,
  travel,
  TripAsked,
  TripWanted,
} from '../../kit/applications/trip-topology.js';

const within = { timeout: '1 minute' } as const;
const actor = { by: 'ann', why: 'the dispatcher is repaired' };

const asked = (name: string, steps: (book: (what: string, timeout?: '1 hour' | '1 minute') => void) => void) =>
  defineWorkflow(travel, name, { startedBy: TripAsked, deadline: '2 days' }, (flow, trip) => {
    steps((what, timeout = '1 minute') => void flow.request(what, Book, { trip: trip.trip, what }, { timeout }));
    flow.complete('booked');
  });
const two = asked('two', (book) => {
  book('hotel');
  book('car');
});

function stand(workflows: readonly WorkflowDefinition[], refuses: readonly string[] = []) {
  const witness: string[] = [];
  return { witness, world: createHarness(travel, { agents: [agency(witness, refuses)], workflows }) };
}

async function endings(world: Harness): Promise<string[]> {
  return (await world.executions()).map(({ status, error = '' }) => `${status} ${error}`.trim());
}

const isHotel = (data: unknown) => JSON.stringify(data).includes('hotel');
const sent = (world: Harness, type: string) => world.published.filter((one) => one.type === type).length;

describe('a step whose dispatch was lost', () => {
  test('fails as any request does, is told once, undone and retried', async () => {
    const { witness, world } = stand([bookTrip]);
    world.faults.loseDispatches({ times: 1 });
    const { correlationId } = await world.publish(TripWanted, { trip: 't1', travellers: [] });
    await world.advance('4 minutes');
    expect(await endings(world)).toEqual(['running']);
    await world.advance('7 minutes');
    expect(await endings(world)).toEqual(['failed RequestFailed']);
    const [execution] = await world.executions();
    expect(execution?.cause).toContain("NOBODY_ANSWERS: step 'hotel'");
    const conversation = world.conversation(correlationId);
    const requests = conversation.entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request] : []));
    expect(requests).toMatchObject([
      { type: 'Book', state: 'failed', by: expect.stringMatching(/^supervisor:/) as string },
    ]);
    await world.retry(execution?.name ?? '', actor);
    await world.settle();
    expect(await endings(world)).toEqual(['failed RequestFailed', 'succeeded']);
    expect(witness).toEqual(['book hotel', 'book flight', 'book car']);
  });

  test('what was done before is undone', async () => {
    const { witness, world } = stand([bookTrip], ['book nothing']);
    await world.publish(TripWanted, { trip: 't1', travellers: [] });
    world.faults.delay('30 seconds', { type: Booked.name, times: 1 });
    await world.advance('10 seconds');
    world.faults.loseDispatches({ times: 1 });
    await world.settle();
    expect(await endings(world)).toEqual(['failed RequestFailed']);
    expect(witness).toEqual(['book hotel', 'cancel hotel']);
  });

  test('a value for failed requests is taken, and elements of a map are told apart', async () => {
    const each = defineWorkflow(travel, 'each', { startedBy: TripWanted }, (flow, wish) => {
      const onFailure = { what: 'none', booking: 'none', sure: false };
      const seats = flow.map('seats', wish.travellers, (traveller) => {
        const data = { trip: wish.trip, what: traveller };
        return flow.request('seat', Book, data, { timeout: '1 day', onFailure }).what;
      });
      flow.complete('booked', seats);
    });
    const { witness, world } = stand([each]);
    world.faults.loseDispatches({ times: 2 });
    await world.publish(TripWanted, { trip: 't1', travellers: ['ann', 'bob', 'eve'] });
    await world.advance('11 minutes');
    expect((await world.executions())[0]).toMatchObject({
      status: 'succeeded',
      output: { result: 'booked', data: ['none', 'none', 'eve'] },
    });
    expect(witness).toEqual(['book eve']);
  });

  test.each(['wait', 'approval', 'receive', 'run'])('%s', async (kind) => {
    const inner = asked('inner', (book) => book('hotel'));
    const one = defineWorkflow(travel, 'one', { startedBy: TripWanted, deadline: '40 days' }, (flow) => {
      if (kind === 'wait') flow.wait('it', '30 days');
      if (kind === 'approval') flow.approval('it', { title: 'Go?', approvers: 'family', timeout: '30 days' });
      if (kind === 'receive') flow.receive('it', TripAsked, { timeout: '30 days', key: 'paris' });
      if (kind === 'run') flow.run('it', inner, { trip: 't1' }, { timeout: '30 days', results: ['booked'] });
      flow.complete('done');
    });
    const { world } = stand([one, inner]);
    world.faults.loseDispatches({ times: 1 });
    await world.publish(TripWanted, { trip: 't1', travellers: [] });
    await world.advance('11 minutes');
    expect(await endings(world)).toEqual(['failed RequestFailed']);
    expect((await world.executions())[0]?.cause).toContain('NOBODY_ANSWERS');
  });
});

describe('what is healthy is left alone', () => {
  test('slow agents, waits of days, people, messages, other workflows', async () => {
    const inner = asked('inner', (book) => book('hotel', '1 hour'));
    const patient = defineWorkflow(travel, 'patient', { startedBy: TripWanted, deadline: '200 days' }, (flow) => {
      flow.run('others', inner, { trip: 't1' }, { timeout: '2 hours', results: ['booked'] });
      flow.wait('days', '4 days');
      flow.receive('more', TripAsked, { timeout: '30 days', key: 'paris' });
      const { decision } = flow.approval('sure', { title: 'Go?', approvers: 'family', timeout: '2 days' });
      flow.match(decision, {
        approved: () => flow.complete('went'),
        rejected: () => flow.complete('stayed'),
        silent: () => flow.complete('forgot'),
      });
    });
    const { witness, world } = stand([patient, inner]);
    world.faults.delay('50 minutes', { type: Booked.name });
    const { correlationId } = await world.publish(TripWanted, { trip: 't1', travellers: [] });
    await world.advance('5 days');
    await world.publish(TripAsked, { trip: 't2' }, { correlationId, subject: 'paris' });
    await world.advance('1 day');
    const [open] = await world.approvals();
    await world.decide(open?.requestId ?? '', 'approved', { by: 'bob', why: 'sunny' });
    await world.settle();
    expect((await endings(world)).filter((one) => one !== 'succeeded')).toEqual([]);
    expect((await world.executions())[0]?.output).toEqual({ result: 'went' });
    expect(witness.slice(0, 1)).toEqual(['book hotel']);
    expect(sent(world, 'RequestCancelled')).toBe(0);
  });

  test('a request that was taken over from an earlier generation', async () => {
    const refuses = ['book car'];
    const { witness, world } = stand([two], refuses);
    await world.publish(TripAsked, { trip: 't1' });
    await world.settle();
    refuses.pop();
    await world.retry((await world.executions())[0]?.name ?? '', actor);
    world.faults.delay('20 minutes', { type: Booked.name, times: 1 });
    await world.settle();
    expect(await endings(world)).toEqual(['failed RequestFailed', 'failed RequestTimedOut']);
    expect(witness).toEqual(['book hotel', 'book car']);
    expect(sent(world, 'RequestCancelled')).toBe(0);
  });
});

describe('requests of an execution that has ended', () => {
  const beside = (undo: boolean) =>
    defineWorkflow(travel, 'beside', { startedBy: TripAsked, deadline: '9 days' }, (flow, trip) => {
      const book = (what: string) => ({ trip: trip.trip, what });
      const timeout = '3 days' as const;
      flow.parallel({
        hotel: () => {
          if (!undo) return void flow.request('hotel', Book, book('hotel'), { timeout });
          const data = (booked: Ref<DataOf<typeof Booked>>) => ({ ...book('hotel'), booking: booked.booking });
          flow.request('hotel', Book, book('hotel'), { timeout, compensate: { with: Cancel, data } });
        },
        sure: () => void flow.approval('sure', { title: 'Go?', approvers: 'family', timeout }),
        later: () => void flow.wait('later', '1 day'),
        car: () => void flow.request('car', Book, book('car'), within),
      });
      flow.complete('booked');
    });

  test('are taken back when no retry has come, and what asks nobody is not', async () => {
    const { world } = stand([beside(false)], ['book car']);
    world.faults.delay('1 day', { type: Booked.name });
    const { correlationId } = await world.publish(TripAsked, { trip: 't1' });
    await world.advance('14 minutes');
    expect(await endings(world)).toEqual(['failed RequestFailed']);
    expect(sent(world, 'RequestCancelled')).toBe(0);
    expect(await world.approvals()).toHaveLength(1);
    await world.advance('10 minutes');
    expect(sent(world, 'RequestCancelled')).toBe(2);
    expect(await world.approvals()).toEqual([]);
    await world.settle();
    const requests = world
      .conversation(correlationId)
      .entries.flatMap((entry) => (entry.kind === 'request' ? [`${entry.request.type} ${entry.request.state}`] : []));
    expect(requests.sort()).toEqual([
      'ApprovalRequested failed',
      'Book failed',
      'Book failed',
      'Book late',
      'wait replied',
    ]);
    expect([sent(world, 'RequestCancelled'), sent(world, 'RequestTimedOut')]).toEqual([2, 0]);
  });

  test('a retry within a quarter of an hour waits on for them; of a retry that runs nothing is taken back', async () => {
    const refuses = ['book car'];
    const { witness, world } = stand([beside(false)], refuses);
    world.faults.delay('2 hours', { type: Booked.name, where: isHotel });
    await world.publish(TripAsked, { trip: 't1' });
    await world.advance('10 minutes');
    refuses.pop();
    await world.retry((await world.executions())[0]?.name ?? '', actor);
    await world.advance('3 hours');
    expect(witness).toEqual(['book hotel', 'book car']);
    expect(sent(world, 'RequestCancelled')).toBe(0);
    expect(await world.approvals()).toHaveLength(1);
  });
  test('that would be undone stay open for their reply', async () => {
    const { witness, world } = stand([beside(true)], ['book car']);
    world.faults.delay('2 hours', { type: Booked.name, where: isHotel });
    await world.publish(TripAsked, { trip: 't1' });
    await world.settle();
    expect(witness).toEqual(['book hotel', 'cancel hotel']);
    expect(sent(world, 'RequestCancelled')).toBe(1);
  });

  test('stay open while a retry runs that has not come to them yet', async () => {
    const again = defineWorkflow(travel, 'again', { startedBy: TripAsked, deadline: '9 days' }, (flow, trip) => {
      const book = (what: string) => ({ trip: trip.trip, what });
      const data = (booked: Ref<DataOf<typeof Booked>>) => ({ ...book('flight'), booking: booked.booking });
      const compensate = { with: Cancel, data };
      flow.request('flight', Book, book('flight'), { timeout: '1 day', compensate });
      flow.parallel({
        hotel: () => void flow.request('hotel', Book, book('hotel'), { timeout: '3 days' }),
        car: () => void flow.request('car', Book, book('car'), within),
      });
      flow.complete('booked');
    });
    const refuses = ['book car'];
    const { witness, world } = stand([again], refuses);
    world.faults.delay('3 hours', { type: Booked.name, where: isHotel });
    await world.publish(TripAsked, { trip: 't1' });
    await world.advance('5 minutes');
    refuses.pop();
    world.faults.delay('1 hour', { type: Booked.name, where: (data) => JSON.stringify(data).includes('flight') });
    await world.retry((await world.executions())[0]?.name ?? '', actor);
    await world.settle();
    expect(await endings(world)).toEqual(['failed RequestFailed', 'succeeded']);
    expect(witness).toEqual(['book flight', 'book hotel', 'cancel flight', 'book flight', 'book car']);
    expect(sent(world, 'RequestCancelled')).toBe(0);
  });
});
