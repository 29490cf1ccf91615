import { createHarness, type Harness } from 'laneway/testing';
import { PersonNeeded, RequestFailed } from 'laneway/message';
import { defineWorkflow, type StepRequestOptions, type WorkflowDefinition } from 'laneway/workflow';
import type { RequestEntry } from '../../../shared/domain/evidence/ledger-writer.js';
import { CRASH_POINTS } from '../../../shared/testing/harness/faults.js';
import { Advise, advisers, CallMade, helpline, type Moods } from '../../kit/applications/helpline-topology.js';
import { enquiries, Ask, EnquiryMade } from '../../kit/applications/enquiry-topology.js';

type Options = StepRequestOptions<
  'first' | 'second' | 'third' | 'night',
  { by: string },
  { capability: 'law' | 'medicine'; role: 'front desk' | 'back office'; channel: 'advice' | 'advice.night' }
>;

/** A workflow of one request. */
function advising(name: string, options: Options): WorkflowDefinition {
  return defineWorkflow(helpline, name, { startedBy: CallMade, deadline: '1 day' }, (flow, call) => {
    const advised = flow.request('advise', Advise, { about: call.about }, options);
    flow.complete('advised', { by: advised.by });
  });
}

function line(moods: Moods, ask: Options | WorkflowDefinition, seed = 1) {
  const asked: string[] = [];
  const heard: string[] = [];
  const workflows = ['outline' in ask ? ask : advising('advise', ask)];
  const world = createHarness(helpline, { agents: advisers(moods, asked, heard), workflows, seed });
  return { world, asked, heard };
}

const call = async (world: Harness, options = {}): Promise<string> =>
  (await world.publish(CallMade, { about: 'a lease' }, options)).correlationId;

function requestsIn(world: Harness, id: string): RequestEntry[] {
  return world.conversation(id).entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request] : []));
}

function rungsIn(world: Harness, id: string): string[] {
  return world
    .conversation(id)
    .entries.flatMap((entry) =>
      entry.kind === 'escalation' ? [`${entry.escalation.rung} ${entry.escalation.receiver ?? ''}`.trim()] : [],
    );
}

async function outputs(world: Harness): Promise<unknown[]> {
  return (await world.executions()).map(({ status, output, error }) => [status, output ?? error]);
}

const patient = { timeout: '10 seconds', tries: 3, fallback: ['second', { role: 'back office' }] } as const;

test('a silent agent is asked again, then the fallback answers; the workflow is told once', async () => {
  const { world, asked, heard } = line({ silent: ['first'] }, patient);
  const id = await call(world);
  await world.settle();
  expect(asked).toEqual(['first 1', 'first 2', 'first 3', 'second 4']);
  expect(rungsIn(world, id)).toEqual(['retry first', 'retry first', 'agent second']);
  expect(requestsIn(world, id).map(({ state }) => state)).toEqual(['replied']);
  expect(heard).toEqual(Array(3).fill('system.attempts RequestTimedOut'));
  expect(await outputs(world)).toEqual([['succeeded', { result: 'advised', data: { by: 'second' } }]]);
  // One request: one state, one transition.
  expect(world.conversation(id).endings).toHaveLength(1);
});

test('an agent that fails for good is not asked again; that its attempt failed does not end the request', async () => {
  const { world, asked, heard } = line({ failing: ['first', 'second'] }, patient);
  const id = await call(world);
  await world.advance('5 seconds');
  expect(asked).toEqual(['first 1', 'second 2', 'third 3']);
  expect(heard).toEqual(Array(2).fill('system.attempts RequestFailed'));
  expect(await outputs(world)).toEqual([['succeeded', { result: 'advised', data: { by: 'third' } }]]);
  expect(world.conversation(id).account.inFlight).toEqual([]);
});

test('where the ladder is at its end, the request ends as the last attempt did, once', async () => {
  const { world, asked, heard } = line({ failing: ['first', 'second', 'third'] }, patient);
  const id = await call(world);
  await world.settle();
  expect(asked).toEqual(['first 1', 'second 2', 'third 3']);
  expect(heard).toEqual([...Array<string>(3).fill('system.attempts RequestFailed'), 'system.timeouts RequestFailed']);
  expect(rungsIn(world, id)).toEqual(['agent second', 'agent third', 'abort']);
  expect(await outputs(world)).toEqual([['failed', 'RequestFailed']]);
});

test('the late reply of an attempt that was given up is the reply', async () => {
  const { world, asked } = line(
    { silent: ['second', 'third'] },
    { timeout: '10 seconds', fallback: ['second', 'third'] },
  );
  world.faults.delay('12 seconds', { type: 'Advised', times: 1 });
  await call(world);
  await world.settle();
  expect(asked).toEqual(['first 1', 'second 2']);
  expect(await outputs(world)).toEqual([['succeeded', { result: 'advised', data: { by: 'first' } }]]);
});

test('a reply of an attempt that was given up changes nothing once another has answered', async () => {
  const { world } = line({}, { timeout: '10 seconds', fallback: 'second' });
  world.faults.delay('12 seconds', { type: 'Advised', times: 1 });
  const id = await call(world);
  await world.settle();
  expect(requestsIn(world, id).map(({ state }) => state)).toEqual(['replied', 'late']);
  expect(await outputs(world)).toEqual([['succeeded', { result: 'advised', data: { by: 'second' } }]]);
});

test('nobody answers: every attempt has its time, and the whole its deadline', async () => {
  const { world, asked } = line(
    { silent: ['first', 'second', 'third', 'night'] },
    {
      timeout: '10 seconds',
      tries: 2,
      fallback: [
        { capability: 'medicine' },
        { channel: 'advice.night', timeout: '20 seconds' },
        { person: '5 minutes' },
      ],
    },
  );
  const id = await call(world);
  const began = world.now().getTime();
  await world.settle();
  expect(asked).toEqual(['first 1', 'first 2', 'third 3', 'night 4']);
  expect(world.conversation(id).messages(PersonNeeded)).toHaveLength(1);
  expect(rungsIn(world, id)).toEqual(['retry first', 'agent third', 'channel night', 'person', 'abort']);
  const [execution] = await world.executions();
  // 10 s, a pause of 1 s, 10 s, 10 s, 20 s, 5 min; and 2 s for each time that it is handed on.
  const whole = 351_000;
  const request = world.published.find(({ type }) => type === Advise.name);
  expect(Date.parse(request?.deadline ?? '') - began).toBe(whole + 8_000);
  const took = Date.parse(execution?.endedAt ?? '') - began;
  expect(took).toBeGreaterThanOrEqual(whole);
  expect(took).toBeLessThanOrEqual(whole + 8_000 + 1_000);
});

test.each([
  ['onTimeout', { silent: ['first', 'second'] as const }],
  ['onFailure', { failing: ['first', 'second'] as const }],
])('%s is taken when the whole ladder was in vain', async (name, moods) => {
  const { world, asked } = line(moods, { timeout: '10 seconds', fallback: 'second', [name]: { by: 'nobody' } });
  await call(world);
  await world.settle();
  expect(asked).toEqual(['first 1', 'second 2']);
  expect(await outputs(world)).toEqual([['succeeded', { result: 'advised', data: { by: 'nobody' } }]]);
});

test('with a deadline alone, progress holds the one attempt open up to it', async () => {
  const { world, asked } = line({ busy: ['first'] }, { timeout: '10 seconds', deadline: '10 minutes' });
  world.faults.delay('8 seconds', { type: 'Advise', times: 1 });
  await call(world);
  const began = world.now().getTime();
  await world.settle();
  expect(asked).toEqual(['first 1']);
  const [execution] = await world.executions();
  const took = Date.parse(execution?.endedAt ?? '') - began;
  expect(took).toBeGreaterThanOrEqual(18_000);
  expect(took).toBeLessThan(30_000);
});

test('a step says what follows instead of its channel; one try is one try', async () => {
  const asking = (options: object) =>
    defineWorkflow(enquiries, 'asking', { startedBy: EnquiryMade }, (flow, made) => {
      flow.request('ask', Ask, { question: made.question }, { timeout: '10 seconds', ...options });
    });
  const run = async (options: object) => {
    const world = createHarness(enquiries, { agents: [], workflows: [asking(options)] });
    const { correlationId } = await world.publish(EnquiryMade, { question: 'why' });
    await world.advance('3 minutes');
    return rungsIn(world, correlationId);
  };
  expect(await run({})).toEqual(['abort']);
  expect(await run({ timeout: '2 minutes' })).toEqual([
    'retry sage',
    'agent deputy',
    'channel reserve',
    'person',
    'abort',
  ]);
  expect(await run({ tries: 1 })).toEqual(['abort']);
  expect(await run({ fallback: 'deputy' })).toEqual(['agent deputy', 'abort']);
  expect(await run({ tries: 2 })).toEqual(['retry sage', 'abort']);
});

test('a retry of the execution waits on where the ladder stands', async () => {
  const both = defineWorkflow(helpline, 'both', { startedBy: CallMade, deadline: '1 hour' }, (flow, made) => {
    const patience = { timeout: '1 minute', tries: 2, fallback: { capability: 'medicine' } } as const;
    const { advice } = flow.parallel({
      advice: () => flow.request('advise', Advise, { about: made.about }, patience),
      other: () =>
        void flow.request('other', Advise, { about: made.about }, { timeout: '10 seconds', to: { capability: 'law' } }),
    });
    flow.complete('advised', { by: advice.by });
  });
  const { world, asked } = line({ silent: ['first'], failing: ['second'] }, both);
  await call(world);
  await world.advance('70 seconds');
  expect(asked.sort()).toEqual(['first 1', 'first 2', 'second 1']);
  const [failed] = await world.executions();
  expect(failed?.status).toBe('failed');
  world.faults.drop({ receiver: 'second' });
  await world.retry(failed?.name ?? '', { by: 'ann', why: 'another day' });
  await world.answer('', {}, { by: '', why: '' }).catch(() => undefined);
  await world.settle();
  expect(asked.sort()).toEqual(['first 1', 'first 2', 'second 1', 'third 3']);
});

test('whatever dies where: each attempt is made, and the workflow told, once', async () => {
  let struck = 0;
  for (const who of ['deadlines', 'replies', 'dispatcher', 'dead-letters']) {
    for (const [seed, point] of [...CRASH_POINTS, 'any-call' as const].entries()) {
      // A function that dies is called again after minutes; what nobody has begun in its time is not begun.
      const { world, asked } = line(
        { silent: ['first'], failing: ['second'] },
        { ...patient, timeout: '15 minutes', deadline: '20 hours' },
        seed + 1,
      );
      if (point === 'any-call') world.faults.die(who, { probability: 0.2, times: 4 });
      else world.faults.crash(who, point, { times: 3 });
      const id = await call(world);
      await world.settle();
      struck += world.faults.struck;
      const rungs = ['retry first', 'retry first', 'agent second', 'agent third'];
      const ends = requestsIn(world, id).flatMap(({ state }) => (state === 'late' ? [] : [state]));
      const outcome = await outputs(world);
      expect({ who, point, rungs: rungsIn(world, id), ends, asked, outcome }).toEqual({
        ...{ who, point, rungs, ends: ['replied'] },
        asked: ['first 1', 'first 2', 'first 3', 'second 4', 'third 5'],
        outcome: [['succeeded', { result: 'advised', data: { by: 'third' } }]],
      });
      expect(
        new Set(
          world
            .conversation(id)
            .messages(RequestFailed)
            .map(({ channel }) => channel),
        ),
      ).toEqual(new Set(['system.attempts']));
    }
  }
  expect(struck).toBeGreaterThan(30);
});
