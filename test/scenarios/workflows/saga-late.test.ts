import { createHarness, type Harness } from 'laneway/testing';
import { defineWorkflow, type Ref, type WorkflowDefinition } from 'laneway/workflow';
import { closeRequest } from '../../../shared/platform/requests/close-request.js';
import { WorkflowCompensated } from '../../../shared/message/system-messages.js';
import { envelopeAt, overTheBus, platformWorld } from '../../kit/stands/platform-world.js';
import { agency, Book, Booked, Cancel, travel, TripAsked } from '../../kit/applications/trip-topology.js';

const within = { timeout: '1 minute' } as const;
const nothing = { what: 'nothing', booking: 'none', sure: false };

/** Hotel, flight, then what `rest` says; the flight's reply comes two minutes after its booking, and twice. */
function stand(name: string, options: { onTimeout?: typeof nothing; rest?: '30 minutes' | 'fail' | 'wait and fail' }) {
  const { onTimeout, rest } = options;
  const workflow: WorkflowDefinition = defineWorkflow(travel, name, { startedBy: TripAsked }, (flow, asked) => {
    const undo = {
      with: Cancel,
      data: (booked: Ref<typeof nothing>) => ({ trip: asked.trip, what: booked.what, booking: booked.booking }),
    };
    const book = (what: string, more: { onTimeout?: typeof nothing } = {}) =>
      flow.request(what, Book, { trip: asked.trip, what }, { ...within, compensate: undo, ...more });
    book('hotel');
    book('flight', onTimeout === undefined ? {} : { onTimeout });
    if (rest === 'wait and fail') flow.wait('think', '1 hour');
    flow.request('car', Book, { trip: asked.trip, what: rest === undefined ? 'bus' : 'car' }, within);
    flow.complete('booked');
  });
  const witness: string[] = [];
  const world = createHarness(travel, { agents: [agency(witness)], workflows: [workflow] });
  late(world);
  return { witness, world };
}

/** Holds the reply of the flight back, and delivers it twice. */
function late(world: Harness): void {
  const where = (data: unknown): boolean => (data as { what?: string }).what === 'flight';
  world.faults.delay('2 minutes', { type: Booked.name, where, times: 1 });
  world.faults.duplicate({ type: Booked.name, where });
}

async function run(world: Harness) {
  const { correlationId } = await world.publish(TripAsked, { trip: 't1' });
  await world.settle();
  const conversation = world.conversation(correlationId);
  const told = conversation.messages(WorkflowCompensated).map(({ data }) => data as { undone: string[] });
  expect(conversation.account).toMatchObject({ atRest: true, missing: [] });
  return { conversation, told: told.map(({ undone }) => undone) };
}

test('a request that timed out: when its reply comes after all, what it tells of is undone, and that is told anew', async () => {
  const { witness, world } = stand('timed-out', {});
  const { conversation, told } = await run(world);
  expect(conversation.endings).toMatchObject([{ status: 'failed', result: 'RequestTimedOut' }]);
  expect(witness).toEqual(['book hotel', 'book flight', 'cancel hotel', 'cancel flight']);
  expect(told).toEqual([['hotel'], ['flight', 'hotel']]);
});

test('the execution went on without the reply and failed later: undone in its place', async () => {
  const { witness, world } = stand('later', { onTimeout: nothing, rest: 'wait and fail' });
  const { told } = await run(world);
  expect(witness).toEqual(['book hotel', 'book flight', 'cancel flight', 'cancel hotel']);
  expect(told).toEqual([['flight', 'hotel']]);
});

test('the execution went on without the reply and had failed when it came', async () => {
  const { witness, world } = stand('sooner', { onTimeout: nothing, rest: 'fail' });
  const { told } = await run(world);
  expect(witness).toEqual(['book hotel', 'book flight', 'cancel hotel', 'cancel flight']);
  expect(told.at(-1)).toEqual(['flight', 'hotel']);
});

test('the execution went on without the reply and ended well: nothing is undone', async () => {
  const { witness, world } = stand('well', { onTimeout: nothing });
  const { conversation, told } = await run(world);
  expect(conversation.endings).toMatchObject([{ status: 'succeeded' }]);
  expect(witness).toEqual(['book hotel', 'book flight', 'book bus']);
  expect(told).toEqual([]);
});

describe('whoever dies, it is undone once', () => {
  const points = ['before-emit', 'mid-emit', 'after-emit'] as const;
  const crashes = ['replies', 'workflow-events', 'deadlines'].flatMap((who) => points.map((point) => ({ who, point })));
  const prepare = (rest: 'fail' | 'wait and fail') => stand('crashed', { onTimeout: nothing, rest });

  /** Whatever was booked (a reply may be late for the hotel as well) is cancelled once, and all of it is told. */
  function check(witness: readonly string[], told: readonly (readonly string[])[]): void {
    const booked = witness.filter((what) => what.startsWith('book ')).map((what) => what.slice(5));
    const cancelled = witness.filter((what) => what.startsWith('cancel ')).map((what) => what.slice(7));
    expect(booked).toContain('hotel');
    expect(cancelled.sort()).toEqual([...booked].sort());
    expect(told).toContainEqual([...booked].reverse());
  }

  test.each(crashes)('$who $point', async ({ who, point }) => {
    for (const rest of ['fail', 'wait and fail'] as const) {
      const { witness, world } = prepare(rest);
      world.faults.crash(who, point, { times: 2 });
      const { told } = await run(world);
      check(witness, told);
      expect(witness).toHaveLength(4);
    }
  });

  test.each(['replies', 'workflow-events', 'deadlines'])('%s at any call', async (who) => {
    let struck = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const { witness, world } = prepare(seed % 2 === 0 ? 'fail' : 'wait and fail');
      world.faults.die(who, { probability: 0.03 * seed, times: 3 });
      const { told } = await run(world);
      check(witness, told);
      struck += world.faults.struck;
    }
    expect(struck).toBeGreaterThan(12);
  });
});

describe('a reply to a request that has ended', () => {
  const at = '2026-03-01T12:00:00.000Z';
  const ends = {
    failed: { state: 'failed', by: 'x', at, error: { code: 'HANDLER', name: 'E', message: 'no', retryable: false } },
    'timed-out': { state: 'timed-out', by: 'x', at },
    replied: { state: 'replied', by: 'x', at, type: 'Booked', dataschema: 'urn:laneway:Booked:1', data: nothing },
  } as const;

  test.each([
    { end: 'failed', failed: true, undone: 1 },
    { end: 'timed-out', failed: true, undone: 1 },
    { end: 'timed-out', failed: false, undone: 0 },
    { end: 'replied', failed: true, undone: 0 },
  ] as const)('$end, execution failed: $failed: undone $undone times', async ({ end, failed, undone }) => {
    const world = platformWorld(travel);
    const time = new Date(world.clock.now()).toISOString();
    const message = { id: 'start', type: 'TripAsked', source: 'laneway.travel.client.traveller', time };
    const saga = { workflow: 'trip', execution: 'trip-1-0', message: { ...message, correlationid: 'c', hops: 0 } };
    const { execution } = saga;
    await world.sagas.note(
      { ...saga, message: { ...saga.message, priority: 'normal' } },
      { requestId: 'r', step: 'seat', type: 'Cancel', data: { ...nothing, trip: 't1' }, timeoutSeconds: 60 },
    );
    await world.pending.open({
      ...{ requestId: 'r', correlationId: 'c', messageId: 'm', type: 'Book', replyType: 'Booked', deadline: time },
      ...{ attempt: 1, hops: 1, waiter: { kind: 'workflow', token: 't', execution, step: 'seat' } },
      outcome: ends[end],
    });
    // Another reply was undone, or is still to be, by whoever marks the execution.
    if (failed) await world.sagas.fail(execution, 'NoCar');
    if (end === 'replied') await world.sagas.settle(execution, 1, 'undone');
    for (const [copy, id] of ['late', 'late', 'later'].entries()) {
      const own = { id, correlationid: 'c', requestid: 'r', channel: 'booked', hops: 2 };
      const reply = envelopeAt(world.clock.now(), 'Booked', nothing, { source: 'laneway.travel.agent.agency', ...own });
      await closeRequest({ copy: String(copy), body: overTheBus(reply) }, world);
    }
    expect(new Set(world.ofType(Cancel.name).map(({ id }) => id)).size).toBe(undone);
    expect(world.deadLetters.sent).toEqual([]);
    const kept = (await world.sagas.find(execution, 'r'))?.late?.by;
    expect(kept).toBe(end === 'replied' ? undefined : 'late');
  });
});
