import { schemaUri } from '../../../../../shared/domain/wire/envelope.js';
import type { ExecutionDetail, SupervisedExecutions } from '../../../../../shared/domain/execution/executions.js';
import type { PendingRecord, RequestOutcome } from '../../../../../shared/domain/request/pending.js';
import { idsOf, type StepPlace } from '../../../../../shared/domain/execution/step-ids.js';
import {
  supervise,
  SUPERVISE_GRACE_MS,
  type SuperviseServices,
} from '../../../../../shared/platform/supervision/supervise.js';
import { harnessOver } from '../../../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../../../shared/testing/memory/seeded-random.js';
import { defineWorkflow } from '../../../../../shared/workflow/define/define-workflow.js';
import { agency, Book, Booked, travel, TripAsked, TripWanted } from '../../../../kit/applications/trip-topology.js';

const within = { timeout: '1 hour' } as const;
const one = defineWorkflow(travel, 'one', { startedBy: TripAsked }, (flow, asked) => {
  flow.request('hotel', Book, { trip: asked.trip, what: 'hotel' }, within);
  flow.complete('booked');
});
const each = defineWorkflow(travel, 'each', { startedBy: TripWanted }, (flow, wish) => {
  flow.map('all', wish.travellers, (what) => void flow.request('seat', Book, { trip: wish.trip, what }, within));
  flow.complete('booked');
});

/** A world whose own supervision never comes to run, and that is supervised by hand instead. */
function stand({ answering = true } = {}) {
  const agents = answering ? [agency([])] : [];
  const parts = { topology: travel, agents, workflows: [one, each], random: seededRandom(1) };
  const world = new HarnessWorld(parts);
  world.sweep = () => Promise.resolve();
  const harness = harnessOver(world, parts);
  const { bus, lanes, pending, timers, intents, payloads } = world.ports;
  const logged: string[] = [];
  const log = (text: string) => void logged.push(text);
  const services: SuperviseServices = {
    ...world.ports,
    ...{ topology: travel, clock: world.clock, resumer: world.executions, executions: world.executions },
    log: { debug: log, info: log, warn: log, error: log },
    publishing: {
      ...{ topology: travel, clock: world.clock, intents, payloads, senders: { bus, lanes, pending, timers } },
      ...{ kind: 'platform', name: 'supervisor' },
    },
    pause: () => Promise.resolve(),
  };
  const run = (more: Partial<SuperviseServices> = {}, most = 100) => {
    const bounds = { grace: SUPERVISE_GRACE_MS, most, stopAt: world.clock.now() + 60_000 };
    return supervise({ ...services, ...more }, bounds);
  };
  return { world, harness, services, run, logged };
}

/** The machines of an engine whose history does not tell what states passed on: the state is named, and that is all. */
function tellingLess(executions: SupervisedExecutions): SupervisedExecutions {
  return {
    workflows: executions.workflows,
    list: (...given) => executions.list(...given),
    find: (...given) => executions.find(...given),
    end: (...given) => executions.end(...given),
    definition: (...given) => executions.definition(...given),
    stop: (...given) => executions.stop(...given),
    openCalls: async (...given) => (await executions.openCalls(...given)).map(({ state, since }) => ({ state, since })),
  };
}

async function firstOpen({ ports }: HarnessWorld): Promise<PendingRecord | undefined> {
  for await (const record of ports.pending.due(0, Infinity)) return record;
  return undefined;
}

const endings = async ({ harness }: ReturnType<typeof stand>) =>
  (await harness.executions()).map(({ status, error = '' }) => `${status} ${error}`.trim());

test('a step that has not heard of the end of its request is told, once, whoever looks at the same time', async () => {
  const stood = stand({ answering: false });
  const { harness, world, run, logged } = stood;
  await harness.publish(TripAsked, { trip: 't1' });
  await harness.advance('1 minute');
  const open = await firstOpen(world);
  const at = harness.now().toISOString();
  const data = { what: 'hotel', booking: 'b1' };
  const outcome: RequestOutcome = {
    state: 'replied',
    by: 'm1',
    at,
    data,
    type: Booked.name,
    dataschema: schemaUri(Booked.name, Booked.version),
  };
  await world.ports.pending.close(open?.requestId ?? '', outcome);
  await harness.advance('4 minutes');
  expect(await run()).toMatchObject({ executions: 1, toldAgain: 0 });
  await harness.advance('1 minute');
  const both = await Promise.all([run(), run()]);
  expect(both.map(({ toldAgain }) => toldAgain).sort()).toEqual([0, 1]);
  await harness.advance('1 minute');
  expect(await endings(stood)).toEqual(['succeeded']);
  expect(logged).toContain('a step had not heard of the end of its request');
  expect(await run()).toMatchObject({ executions: 0, failed: 0, complete: true });
});

test('a request that is not recorded fails once, and a dispatch that is only slow wins', async () => {
  const stood = stand({ answering: false });
  const { harness, world, run } = stood;
  harness.faults.loseDispatches({ times: 2 });
  await harness.publish(TripAsked, { trip: 't1' });
  await harness.publish(TripAsked, { trip: 't2' });
  await harness.advance('6 minutes');
  const [slow] = await harness.executions();
  const [call] = await world.executions.openCalls('one', slow?.name ?? '');
  // Between the look and the write, the dispatcher of the first one has come to its record after all.
  const open = world.ports.pending.open.bind(world.ports.pending);
  let late = true;
  const pending = {
    ...world.ports.pending,
    get: world.ports.pending.get.bind(world.ports.pending),
    due: world.ports.pending.due.bind(world.ports.pending),
    open: async (record: Parameters<typeof open>[0]) => {
      const { outcome: _outcome, ...dispatched } = record;
      if (late && record.waiter.kind === 'workflow' && record.waiter.execution === slow?.name) {
        late = false;
        await open({ ...dispatched, deadline: new Date(world.clock.now() + 60_000).toISOString() });
      }
      return open(record);
    },
  };
  const both = await Promise.all([run({ pending }), run({ pending })]);
  expect(both.map(({ unanswered }) => unanswered).sort()).toEqual([0, 1]);
  await harness.advance('1 second');
  expect(await endings(stood)).toEqual(['running', 'failed RequestFailed']);
  const record = await firstOpen(world);
  expect(record?.waiter).toMatchObject({ token: (call?.payload as { token: string }).token });
});

test('where the engine does not tell the token, the execution is stopped; elements of a map are left alone', async () => {
  const stood = stand({ answering: false });
  const { harness, world, run } = stood;
  const executions = tellingLess(world.executions);
  await harness.publish(TripAsked, { trip: 'fine' });
  await harness.advance('1 second');
  harness.faults.loseDispatches({ times: 2 });
  await harness.publish(TripAsked, { trip: 'lost' });
  await harness.publish(TripWanted, { trip: 'map', travellers: ['ann'] });
  await harness.advance('4 minutes');
  expect(await run({ executions })).toMatchObject({ stopped: 0 });
  await harness.advance('1 minute');
  expect(await run({ executions })).toMatchObject({ executions: 3, stopped: 1, unanswered: 0, failed: 0 });
  await harness.advance('1 second');
  const ended = (await harness.executions()).filter(({ status }) => status !== 'running');
  expect(ended).toMatchObject([
    { status: 'aborted', error: 'Laneway.NobodyAnswers', cause: expect.stringContaining("'hotel'") as string },
  ]);
  expect(world.bus.published.filter(({ type }) => type === 'WorkflowCompleted')).toHaveLength(1);
});

test('one that cannot be looked at keeps no other from it; what one run does not come to, the next does', async () => {
  const stood = stand({ answering: false });
  const { harness, world, run, logged } = stood;
  harness.faults.loseDispatches({ times: 3 });
  for (const trip of ['t1', 't2', 't3']) {
    await harness.publish(TripAsked, { trip });
    await harness.advance('1 second');
  }
  await harness.advance('6 minutes');
  const [first] = await harness.executions();
  const executions: SupervisedExecutions = {
    ...tellingLess(world.executions),
    openCalls: (workflow, name) =>
      name === first?.name ? Promise.reject(new Error('throttled')) : world.executions.openCalls(workflow, name),
  };
  expect(await run({ executions }, 2)).toMatchObject({ executions: 2, unanswered: 1, failed: 1, complete: false });
  expect(logged).toContain('an execution could not be supervised; the next run does');
  expect(await run({}, 2)).toMatchObject({ executions: 1, unanswered: 1, complete: true });
  expect(await run({}, 2)).toMatchObject({ executions: 1, unanswered: 1, complete: true });
  await harness.advance('1 second');
  expect(await endings(stood)).toEqual(Array.from({ length: 3 }, () => 'failed RequestFailed'));
});

test('what began in one millisecond is looked at in one run', async () => {
  const stood = stand({ answering: false });
  const { harness, run } = stood;
  harness.faults.loseDispatches({ times: 4 });
  await harness.publish(TripAsked, { trip: 'before' });
  await harness.advance('1 second');
  for (const trip of ['t1', 't2', 't3']) await harness.publish(TripAsked, { trip });
  await harness.advance('6 minutes');
  expect(await run({}, 2)).toMatchObject({ executions: 4, unanswered: 4, complete: true });
});

test('what is due in one millisecond is looked at in one run', async () => {
  const { harness, world, run } = stand({ answering: false });
  for (const trip of ['t1', 't2', 't3']) await harness.publish(TripAsked, { trip });
  await harness.advance('1 minute');
  for (const { workflow, name } of await harness.executions())
    await world.executions.stop(workflow, name, 'Stopped', 'by hand');
  await harness.advance('20 minutes');
  expect(await run({}, 1)).toMatchObject({ requests: 3, takenBack: 3, complete: true });
});

test('an element of a map is recorded as failed with where it stands', async () => {
  const { harness, world, run } = stand({ answering: false });
  harness.faults.loseDispatches({ times: 2 });
  await harness.publish(TripWanted, { trip: 't1', travellers: ['ann', 'bob'] });
  await harness.advance('6 minutes');
  const [execution] = await harness.executions();
  const calls = await world.executions.openCalls('each', execution?.name ?? '');
  // The first that fails ends the map; the other is recorded all the same.
  expect(await run()).toMatchObject({ unanswered: 1 });
  for (const { payload } of calls) {
    const { index, token, ...step } = payload as StepPlace & { readonly token: string };
    const record = await world.ports.pending.get(idsOf({ ...step, index: index ?? '' }).requestId);
    expect(record?.waiter).toMatchObject({ index, token });
  }
});

test('a request taken over from an earlier generation is told as it ended, by whoever ended it or later', async () => {
  const stood = stand({ answering: false });
  const { harness, world, run } = stood;
  await harness.publish(TripAsked, { trip: 't1' });
  await harness.advance('1 minute');
  const [first] = await harness.executions();
  await world.executions.stop('one', first?.name ?? '', 'Stopped', 'by hand');
  await harness.retry(first?.name ?? '', { by: 'ann', why: 'it was stopped by mistake' });
  await harness.advance('6 minutes');
  const open = await firstOpen(world);
  expect(open?.waiter).toMatchObject({ execution: `${first?.name}-1` });
  const at = harness.now().toISOString();
  await world.ports.pending.close(open?.requestId ?? '', { state: 'timed-out', by: 'timer', at });
  expect(await run()).toMatchObject({ executions: 1, toldAgain: 0, unanswered: 0 });
  await harness.advance('5 minutes');
  expect(await run()).toMatchObject({ executions: 1, toldAgain: 1, unanswered: 0 });
  await harness.advance('1 second');
  expect(await endings(stood)).toEqual(['aborted Stopped', 'failed RequestTimedOut']);
});

test('of an execution nothing is taken back while any of its later generations runs', async () => {
  const { harness, world, run } = stand({ answering: false });
  await harness.publish(TripAsked, { trip: 't1' });
  await harness.advance('1 minute');
  const { name = '', workflow = '' } = (await harness.executions())[0] ?? {};
  await world.executions.stop(workflow, name, 'Stopped', 'by hand');
  await harness.advance('20 minutes');
  const ended = await world.executions.find(workflow, name);
  if (!ended) throw new Error('the execution is not there');
  // The second retry runs, and has not come to the request yet.
  const later = new Map<string, ExecutionDetail>([
    [`${name}-1`, { ...ended, name: `${name}-1` }],
    [`${name}-2`, { workflow, name: `${name}-2`, status: 'running', startedAt: ended.startedAt, input: ended.input }],
  ]);
  const find: SupervisedExecutions['find'] = async (of, one) => later.get(one) ?? world.executions.find(of, one);
  const executions = { ...tellingLess(world.executions), find };
  expect(await run({ executions })).toMatchObject({ requests: 1, takenBack: 0 });
  expect(await run()).toMatchObject({ requests: 1, takenBack: 1 });
});

test('what is taken back by two runs at once is taken back by one message', async () => {
  const { harness, world, run } = stand({ answering: false });
  await harness.publish(TripAsked, { trip: 't1' });
  await harness.advance('1 minute');
  const [execution] = await harness.executions();
  await world.executions.stop('one', execution?.name ?? '', 'Stopped', 'by hand');
  await harness.advance('14 minutes');
  expect(await run()).toMatchObject({ requests: 1, takenBack: 0 });
  await harness.advance('1 minute');
  await Promise.all([run(), run()]);
  const cancelled = world.bus.published.filter(({ type }) => type === 'RequestCancelled');
  expect(new Set(cancelled.map(({ id }) => id)).size).toBe(1);
  await harness.advance('1 second');
  expect(await firstOpen(world)).toBeUndefined();
  expect(await run()).toMatchObject({ requests: 0, takenBack: 0, complete: true });
});
