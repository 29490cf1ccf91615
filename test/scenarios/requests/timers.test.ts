import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import type { Duration } from '../../../shared/domain/base/duration.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { cases } from '../../kit/generators/cases.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';

const Surveyed = event('Surveyed', z.object({ site: z.string() }));
const Survey = command('Survey', z.object({ site: z.string() }), { reply: Surveyed });
const Dug = event('Dug', z.object({ site: z.string() }));
const Dig = command('Dig', z.object({ site: z.string() }), { reply: Dug });
const SiteFound = event('SiteFound', z.object({ site: z.string() }));

const qos = { priorities: ['normal'], expires: '3 days' } as const;
const sites = defineTopology('sites', {
  channels: {
    surveys: { carries: [Survey], qos },
    digs: {
      carries: [Dig],
      qos,
      escalation: [{ retry: 4, timeout: '20 minutes', backoff: { first: '30 seconds', most: '2 minutes' } }, 'abort'],
      extension: '1 hour',
    },
    results: { carries: [Surveyed, Dug], qos },
    found: { carries: [SiteFound], qos },
  },
  agents: { surveyor: { subscribes: ['surveys'] }, digger: { subscribes: ['digs'] } },
  clients: { office: { publishes: [Survey, Dig, SiteFound] } },
});

const pause = defineWorkflow(sites, 'pause', { startedBy: SiteFound, deadline: '3 days' }, (flow) => {
  flow.wait('a while', '7 hours');
  flow.complete('over');
});

/** The sites with an agent that answers at once or, where `silent`, never does. */
function world(silent: boolean, seed = 1) {
  const surveyor = createAgent(sites, 'surveyor').handle({
    Survey: ({ data }, { replyLater, effectKey }) =>
      silent ? replyLater({ key: effectKey, within: '3 days' }) : { site: data.site },
  });
  const digger = createAgent(sites, 'digger').handle({
    Dig: ({ data }, { replyLater, effectKey }) =>
      silent ? replyLater({ key: effectKey, within: '3 days' }) : { site: data.site },
  });
  const parts = { topology: sites, agents: [surveyor.with({}), digger.with({})], workflows: [pause] };
  const inner = new HarnessWorld({ ...parts, random: seededRandom(seed) });
  const harness = harnessOver(inner, parts);
  const { timers } = inner;
  const count = { set: 0, received: 0 };
  const [send, receive] = [timers.send.bind(timers), timers.receive.bind(timers)];
  timers.send = (...given) => {
    count.set++;
    return send(...given);
  };
  timers.receive = (...given) => {
    const copies = receive(...given);
    count.received += copies.length;
    return copies;
  };
  const ask = async (type: typeof Survey | typeof Dig, deadline: Duration) =>
    (await harness.publish(type, { site: 's' }, { deadline })).requestId ?? '';
  const outcome = async (requestId: string) => (await inner.pending.get(requestId))?.outcome;
  /** Seconds from the start of the world until the request ended. */
  const began = harness.now().getTime();
  const ended = async (requestId: string) => (Date.parse((await outcome(requestId))?.at ?? '') - began) / 1000;
  return { inner, harness, count, ask, outcome, ended };
}

const HOUR = 3_600;

test.each(['2 minutes', '15 minutes', '6 hours', '2 days'] as const)(
  'a request of %s that is answered at once costs at most one receipt of a timer',
  async (deadline) => {
    const { harness, count, ask, outcome } = world(false);
    const requestId = await ask(Survey, deadline);
    await harness.advance('3 days');
    expect(await outcome(requestId)).toMatchObject({ state: 'replied' });
    expect(count.received).toBeLessThanOrEqual(1);
    if (deadline.endsWith('hours') || deadline.endsWith('days')) expect(count).toEqual({ set: 0, received: 0 });
  },
);

test.each([
  ['8 seconds', 8],
  ['7 minutes', 420],
  ['12 minutes', 720],
  ['15 minutes', 900],
  ['16 minutes', 960],
  ['6 hours', 6 * HOUR],
  ['2 days', 48 * HOUR],
] as const)(
  'a request of %s that nobody answers ends then, by one timer with one receipt',
  async (deadline, seconds) => {
    const { harness, count, ask, outcome, ended } = world(true);
    const requestId = await ask(Survey, deadline);
    await harness.advance('3 days');
    expect(await outcome(requestId)).toMatchObject({ state: 'timed-out' });
    expect(await ended(requestId)).toBe(seconds);
    expect(count).toEqual({ set: 1, received: 1 });
  },
);

test('a ladder of attempts and pauses is climbed on time by one timer at a time', async () => {
  const { harness, count, ask, ended, outcome } = world(true);
  const requestId = await ask(Dig, '6 hours');
  await harness.advance('1 day');
  expect(await outcome(requestId)).toMatchObject({ state: 'timed-out' });
  // Five attempts of 20 minutes; pauses of 30, 60, 120 and 120 seconds.
  expect(await ended(requestId)).toBeLessThan(5 * 1_200 + 330 + 10);
  // For each of nine deadlines one receipt; a timer that waits for none within reach is set anew.
  expect(count.set).toBeLessThanOrEqual(9);
  expect(count.received).toBeLessThanOrEqual(14);
});

test('a wait of a workflow costs one timer, set when it is near', async () => {
  const { harness, count } = world(false);
  const { correlationId } = await harness.publish(SiteFound, { site: 's' });
  await harness.advance('6 hours');
  expect(count.set).toBe(0);
  await harness.advance('2 hours');
  expect(harness.conversation(correlationId).endings).toMatchObject([{ result: 'over' }]);
  expect(count).toEqual({ set: 1, received: 1 });
});

describe.each([0.02, 0.05, 0.2])('deaths of %d a call', (probability) => {
  test.each([1, 2, 3, 4, 5].slice(0, cases(2, 5)))('do not multiply timers (seed %d)', async (seed) => {
    const { inner, harness, count, ask, outcome } = world(true, seed);
    for (const who of ['deadlines', 'sweeper', 'replies', 'surveyor', 'digger'])
      harness.faults.die(who, { probability });
    const requests: string[] = [];
    const deadlines: readonly Duration[] = ['30 seconds', '5 minutes', '14 minutes', '40 minutes', '6 hours'];
    for (const deadline of deadlines) requests.push(await ask(Survey, deadline), await ask(Dig, deadline));
    await harness.advance('16 hours');
    for (const one of requests) expect(await outcome(one)).toBeDefined();
    expect(harness.faults.struck).toBeGreaterThan(0);
    // Ten requests, five of them with a ladder.
    expect(count.set).toBeLessThanOrEqual(5 * requests.length);
    harness.faults.clear();
    await harness.advance('1 hour');
    expect(inner.timers.size).toBe(0);
  });
});

type World = ReturnType<typeof world>;

/** Faults that last, by what is out. */
const OUTAGES: Readonly<Record<string, (all: World, lasts: Duration) => void>> = {
  'the queue of timers': ({ harness }, lasts) => harness.faults.outage({ port: 'timers', for: lasts }),
  'half of the queue of timers': ({ harness }, lasts) =>
    harness.faults.outage({ port: 'timers', for: lasts, share: 0.5 }),
  'the pending table': ({ harness }, lasts) => harness.faults.outage({ port: 'pending', for: lasts }),
  'cursors of the sweeper': ({ harness }, lasts) => harness.faults.outage({ port: 'cursors', for: lasts }),
  'the bus': ({ harness }, lasts) => harness.faults.outage({ port: 'bus', for: lasts, who: 'deadlines' }),
  'what deadlines reads': ({ harness }, lasts) =>
    harness.faults.outage({ port: 'pending', for: lasts, who: 'deadlines' }),
  'what deadlines reads, and all its copies are lost at the end': ({ harness }, lasts) => {
    harness.faults.outage({ port: 'pending', for: lasts, who: 'deadlines' });
    harness.faults.retain('10 minutes');
  },
  'the sweeper': ({ harness }) => harness.faults.die('sweeper', { probability: 1 }),
};

describe.each(['1 hour', '6 hours'] as const)('for %s without', (lasts) => {
  test.each(Object.keys(OUTAGES))('%s: every request ends within a run of the sweeper and a minute', async (out) => {
    const all = world(true);
    const { inner, harness, ask, outcome } = all;
    const { correlationId } = await harness.publish(SiteFound, { site: 's' });
    await harness.advance('6 hours');
    const timeouts: readonly Duration[] = ['1 minute', '2 minutes', '20 minutes', '50 minutes'];
    const requests = [await ask(Dig, '30 minutes')];
    for (const timeout of timeouts) requests.push(await ask(Survey, timeout));
    // The handlers have put their replies off.
    await harness.advance('10 seconds');
    OUTAGES[out]?.(all, lasts);
    await harness.advance(lasts);
    if (out.endsWith('lost at the end')) harness.faults.purge('deadlines');
    harness.faults.clear();
    // A copy that failed comes again after three minutes.
    await harness.advance('9 minutes');
    for (const one of requests) expect(await outcome(one)).toMatchObject({ state: 'timed-out' });
    // The backstop of its state ends a step that was not answered ten minutes after its time.
    await harness.advance('1 hour');
    expect(harness.conversation(correlationId).endings).toHaveLength(1);
    await harness.settle();
    expect(inner.timers.size).toBe(0);
  });
});

test('six hours in which every timer vanishes: the requests end with the next run of the sweeper', async () => {
  const { inner, harness, ask, outcome } = world(true);
  const { set } = inner.ports.timers;
  inner.ports.timers.set = () => Promise.resolve();
  const requests = [await ask(Survey, '2 minutes'), await ask(Survey, '1 hour'), await ask(Dig, '3 hours')];
  await harness.advance('6 hours');
  for (const one of requests) expect(await outcome(one)).toBeUndefined();
  inner.ports.timers.set = set;
  await harness.advance('6 minutes');
  expect(await outcome(requests[0] ?? '')).toMatchObject({ state: 'timed-out' });
  expect(await outcome(requests[1] ?? '')).toMatchObject({ state: 'timed-out' });
  expect(await outcome(requests[2] ?? '')).toMatchObject({ state: 'timed-out' });
});
