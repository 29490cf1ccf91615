import { createHarness } from 'laneway/testing';
import { defineWorkflow } from 'laneway/workflow';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { agency, Book, bookTrip, travel, TripAsked, TripWanted } from '../../kit/applications/trip-topology.js';

const wish = { trip: 't1', travellers: [] };
const within = { timeout: '1 minute' } as const;

function world(workflows: Parameters<typeof createHarness>[1]['workflows'], refuses: readonly string[] = []) {
  const witness: string[] = [];
  return {
    witness,
    harness: createHarness(travel, { agents: [agency(witness, refuses)], workflows: workflows ?? [] }),
  };
}

describe('flow.wait', () => {
  const patient = defineWorkflow(travel, 'patient', { startedBy: TripWanted, deadline: '30 days' }, (flow, start) => {
    flow.request('before', Book, { trip: start.trip, what: 'before' }, within);
    flow.wait('a while', '3 days');
    flow.request('after', Book, { trip: start.trip, what: 'after' }, within);
    flow.complete('waited');
  });

  test('goes on when the time is over, and no sooner', async () => {
    const { witness, harness } = world([patient]);
    const { correlationId } = await harness.publish(TripWanted, wish);
    await harness.advance('71 hours');
    expect(witness).toEqual(['book before']);
    await harness.advance('2 hours');
    expect(witness).toEqual(['book before', 'book after']);
    expect(harness.conversation(correlationId).endings).toMatchObject([{ result: 'waited' }]);
  });

  test('whoever handles its timer dies again and again: it goes on all the same', async () => {
    const { witness, harness } = world([patient]);
    harness.faults.die('deadlines', { times: 20 });
    await harness.publish(TripWanted, wish);
    await harness.settle();
    expect(witness).toEqual(['book before', 'book after']);
    expect(harness.faults.struck).toBe(20);
  });

  test('a timer that is lost is brought back by the sweeper', async () => {
    const witness: string[] = [];
    const parts = { topology: travel, agents: [agency(witness, [])], workflows: [patient] };
    const inner = new HarnessWorld({ ...parts, random: seededRandom(1) });
    const harness = harnessOver(inner, parts);
    await harness.publish(TripWanted, wish);
    await harness.advance('1 hour');
    inner.timers.loseUnreceived();
    await harness.advance('70 hours');
    expect(witness).toEqual(['book before']);
    await harness.advance('2 hours');
    expect(witness).toEqual(['book before', 'book after']);
  });

  test('until a time: one ahead, one that has passed, one that is none', async () => {
    const until = (name: string, time: string) =>
      defineWorkflow(travel, name, { startedBy: TripWanted }, (flow, start) => {
        flow.wait('until', { until: name === 'reference' ? start.trip : time });
        flow.complete('over');
      });
    const ahead = world([until('ahead', '2026-01-01T06:00:00Z')]).harness;
    const { correlationId } = await ahead.publish(TripWanted, wish);
    await ahead.advance('5 hours');
    expect(ahead.conversation(correlationId).endings).toEqual([]);
    await ahead.advance('2 hours');
    expect(ahead.conversation(correlationId).endings).toMatchObject([{ result: 'over' }]);

    const past = world([until('past', '2020-01-01T06:00:00Z')]).harness;
    const second = await past.publish(TripWanted, wish);
    await past.settle();
    expect(past.conversation(second.correlationId).endings).toMatchObject([{ result: 'over' }]);

    const none = world([until('reference', '')]).harness;
    const third = await none.publish(TripWanted, { trip: 'some day', travellers: [] });
    await none.settle();
    expect(none.conversation(third.correlationId).endings).toMatchObject([
      { status: 'failed', result: 'RequestFailed' },
    ]);
    expect(() => until('bad', 'some day')).toThrow(/until is "some day"[^]*ISO 8601/);
  });

  test.each(['5', '90', 'tomorrow 10', 'March 31', '2026-02-30T06:00:00Z', '2026-03-01T06:00:00', '2026-03-01'])(
    'until %s: nothing is guessed, the workflow fails',
    async (trip) => {
      const unclear = defineWorkflow(travel, 'unclear', { startedBy: TripWanted }, (flow, start) => {
        flow.wait('until', { until: start.trip });
        flow.complete('over');
      });
      const { harness } = world([unclear]);
      const { correlationId } = await harness.publish(TripWanted, { trip, travellers: [] });
      await harness.settle();
      expect(harness.conversation(correlationId).endings).toMatchObject([{ status: 'failed' }]);
      expect(() =>
        defineWorkflow(travel, 'literal', { startedBy: TripWanted }, (flow) => {
          flow.wait('until', { until: trip });
          flow.complete('over');
        }),
      ).toThrow(/until is ".*"[^]*ISO 8601 with date, time and offset/);
    },
  );
});

describe('flow.receive', () => {
  const paid = defineWorkflow(travel, 'paid', { startedBy: TripWanted, deadline: '2 days' }, (flow, start) => {
    flow.request('hotel', Book, { trip: start.trip, what: 'hotel' }, within);
    const asked = flow.receive('payment', TripAsked, { timeout: '2 hours', key: start.trip });
    flow.complete('paid', { by: asked.trip });
  });
  const results = (harness: ReturnType<typeof world>['harness'], id: string) =>
    harness.conversation(id).endings.map(({ result }) => result);

  test.each([
    ['while it waits', '10 minutes'],
    ['before it waits', undefined],
  ] as const)('a message that comes %s, with its key and in its conversation', async (_when, pause) => {
    const { harness } = world([paid]);
    const { correlationId } = await harness.publish(TripWanted, wish);
    if (pause !== undefined) await harness.advance(pause);
    await harness.publish(TripAsked, { trip: 'another conversation' }, { subject: 't1' });
    await harness.publish(TripAsked, { trip: 'another key' }, { correlationId, subject: 't2' });
    harness.faults.duplicate({ probability: 0.5 });
    await harness.publish(TripAsked, { trip: 'first' }, { correlationId, subject: 't1' });
    await harness.publish(TripAsked, { trip: 'second' }, { correlationId, subject: 't1' });
    await harness.advance('5 minutes');
    expect(results(harness, correlationId)).toEqual(['paid']);
    const bys = harness
      .conversation(correlationId)
      .entries.filter((entry) => entry.kind === 'request' && entry.request.type === `await ${TripAsked.name}`);
    expect(bys.some((entry) => entry.kind === 'request' && entry.request.state === 'replied')).toBe(true);
  });

  test('no message in time fails it, or is answered for', async () => {
    const { harness } = world([paid]);
    const { correlationId } = await harness.publish(TripWanted, wish);
    await harness.settle();
    expect(results(harness, correlationId)).toEqual(['RequestTimedOut']);
    const calm = defineWorkflow(travel, 'calm', { startedBy: TripWanted }, (flow) => {
      const asked = flow.receive('payment', TripAsked, { timeout: '1 hour', onTimeout: { trip: 'none' } });
      flow.complete('calm', { by: asked.trip });
    });
    const second = world([calm]).harness;
    const { correlationId: id } = await second.publish(TripWanted, wish);
    await second.settle();
    expect(results(second, id)).toEqual(['calm']);
  });

  test('two steps that one message would answer are refused, and elements without a key', () => {
    const twice = () =>
      defineWorkflow(travel, 'twice', { startedBy: TripWanted }, (flow) => {
        flow.receive('one', TripAsked, { timeout: '1 hour' });
        flow.receive('two', TripAsked, { timeout: '1 hour' });
      });
    expect(twice).toThrow(/steps 'one' and 'two' wait for TripAsked[^]*give each a key/);
    const each = () =>
      defineWorkflow(travel, 'each', { startedBy: TripWanted }, (flow, start) => {
        flow.map('all', start.travellers, () => void flow.receive('one', TripAsked, { timeout: '1 hour' }));
      });
    expect(each).toThrow(/wait for the same message[^]*give a key/);
  });
});

describe('flow.run', () => {
  const inner = defineWorkflow(travel, 'inner', { startedBy: TripAsked }, (flow, start) => {
    const booked = flow.request('trip', Book, { trip: start.trip, what: 'trip' }, within);
    flow.match(booked.sure, { true: () => flow.complete('booked'), false: () => flow.complete('none') });
  });
  const outer = defineWorkflow(travel, 'outer', { startedBy: TripWanted, deadline: '2 days' }, (flow, start) => {
    const trip = flow.run('trip', inner, { trip: start.trip }, { timeout: '1 day', results: ['booked', 'none'] });
    flow.match(trip.result, {
      booked: () => flow.complete('travelling'),
      none: () => flow.complete('staying'),
    });
  });

  test('runs the other workflow in the same conversation, once, and goes on with how it ended', async () => {
    const { witness, harness } = world([inner, outer]);
    harness.faults.crash('starter', 'after-outcome');
    harness.faults.duplicate({ probability: 0.5 });
    // The start message starts `outer` alone: `inner` is asked for by name.
    const { correlationId } = await harness.publish(TripWanted, wish);
    await harness.settle();
    const results = harness.conversation(correlationId).endings.map(({ workflow, result }) => `${workflow} ${result}`);
    expect(results).toEqual(expect.arrayContaining(['inner booked', 'outer travelling']));
    expect(witness.filter((what) => what === 'book trip')).toHaveLength(1);
  });

  test('fails with the other one, whose own steps are undone', async () => {
    const parent = defineWorkflow(travel, 'parent', { startedBy: TripWanted }, (flow, start) => {
      flow.run(
        'trip',
        bookTrip,
        { trip: start.trip, travellers: start.travellers },
        { timeout: '1 hour', results: ['booked'] },
      );
      flow.complete('booked');
    });
    const { witness, harness } = world([bookTrip, parent], ['book car']);
    const { correlationId } = await harness.publish(TripWanted, wish);
    await harness.settle();
    expect(harness.conversation(correlationId).endings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ workflow: 'parent', status: 'failed', result: 'RequestFailed' }),
      ]),
    );
    expect(witness.filter((what) => what.startsWith('cancel '))).toEqual(
      expect.arrayContaining(['cancel flight', 'cancel hotel']),
    );
  });

  test('says at definition what results there are, and whose workflows can be run', () => {
    const wrong = () =>
      defineWorkflow(travel, 'wrong', { startedBy: TripWanted }, (flow, start) => {
        flow.run('trip', bookTrip, { trip: start.trip, travellers: [] }, { timeout: '1 hour', results: ['flown'] });
      });
    expect(wrong).toThrow(/results are flown, but 'book-trip' completes with booked[^]*pass results: \['booked'\]/);
  });
});
