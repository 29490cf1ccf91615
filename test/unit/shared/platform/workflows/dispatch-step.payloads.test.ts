import { dispatchStep } from '../../../../../shared/platform/workflows/dispatch-step.js';
import { callsIn } from '../../../../../shared/workflow/compile/calls-in.js';
import { defineWorkflow } from 'laneway/workflow';
import { platformWorld } from '../../../../kit/stands/platform-world.js';
import { shop } from '../../../../kit/applications/fixture-topology.js';
import { Book, Cancel, travel, TripAsked, TripWanted } from '../../../../kit/applications/trip-topology.js';

/**
 * Payloads that state machines passed to the dispatcher, release by release, evaluated. An execution ends on the definition that it
 * was started with, so that a dispatcher has to take them still. Never change one: a new shape is a new entry.
 */
const message = {
  ...{
    id: '01939c4e-1111-7000-8000-000000000001',
    type: 'OrderPlaced',
    source: 'laneway.fixture-shop.client.web-shop',
  },
  ...{
    time: '2026-01-01T00:00:00.000Z',
    correlationid: 'conversation-1',
    priority: 'critical',
    hops: 2,
    tenant: 'north',
  },
};
const place = { workflow: 'fulfil', execution: 'fulfil-01939c4e-1111-7000-8000-000000000001', message };
const order = { type: 'ReserveStock', data: { order: 'o-1' } };
const base = { ...place, step: 'one', token: 'token-1' };
const releases: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  'before generations': [
    { ...base, kind: 'request', ...order, timeoutSeconds: 30 },
    {
      ...base,
      kind: 'request',
      ...order,
      timeoutSeconds: 30,
      index: '0',
      priority: 'high',
      to: { capability: 'stock' },
    },
    { ...base, kind: 'request', ...order, timeoutSeconds: 30, undo: { ...order, timeoutSeconds: 60 } },
    { ...place, step: 'one', kind: 'publish', type: 'OrderPlaced', data: { order: 'o-1' } },
    { ...base, kind: 'wait', seconds: 60 },
    { ...base, kind: 'wait', until: '2026-02-01T00:00:00Z' },
    {
      ...base,
      kind: 'approval',
      timeoutSeconds: 60,
      title: 'Go?',
      details: { a: 1 },
      approvers: 'ops',
      escalateTo: 'boss',
    },
    { ...base, kind: 'receive', timeoutSeconds: 60, type: 'OrderPlaced', key: 'o-1' },
    { ...base, kind: 'run', timeoutSeconds: 60, runs: 'fulfil', data: { order: 'o-1' } },
  ],
  'with generations': [
    {
      ...base,
      generation: 0,
      settles: ['RequestTimedOut', 'RequestFailed'],
      kind: 'request',
      ...order,
      timeoutSeconds: 30,
    },
    { ...place, generation: 0, step: 'one', kind: 'publish', type: 'OrderPlaced', data: { order: 'o-1' } },
    { ...base, generation: 1, kind: 'wait', seconds: 60 },
    { ...base, generation: 0, kind: 'approval', timeoutSeconds: 60, title: 'Go?', approvers: 'ops' },
    { ...base, generation: 2, settles: ['RequestTimedOut'], kind: 'receive', timeoutSeconds: 60, type: 'OrderPlaced' },
    { ...base, generation: 1, kind: 'run', timeoutSeconds: 60, runs: 'fulfil', data: { order: 'o-1' } },
  ],
  'with what is kept': [
    {
      ...{ ...base, generation: 0, kind: 'request', ...order, timeoutSeconds: 30, index: '0' },
      keep: { pass: ['stock[*].id', '*'], read: ['answer', '["a name"]'], exists: ['note'], share: 40 },
    },
    { ...base, generation: 0, kind: 'receive', timeoutSeconds: 60, type: 'OrderPlaced', keep: {} },
  ],
  'with attempts of a step': [
    {
      ...{ ...base, generation: 0, kind: 'request', ...order, timeoutSeconds: 700 },
      attempts: {
        ...{ timeout: '30 seconds', tries: 3 },
        fallback: [
          { agent: { capability: 'stock' }, times: 1, timeout: '20 seconds' },
          { channel: 'gone.since', timeout: '20 seconds' },
          { person: '10 minutes' },
        ],
      },
    },
  ],
  'with the version that a payload was written for': [
    {
      ...{ ...base, generation: 0, kind: 'request', ...order, version: 1, timeoutSeconds: 30 },
      undo: { ...order, version: 1, timeoutSeconds: 60 },
    },
    { ...place, generation: 0, step: 'one', kind: 'publish', type: 'OrderPlaced', version: 1, data: { order: 'o-1' } },
  ],
};

const cases = Object.entries(releases).flatMap(([release, payloads]) =>
  payloads.map((payload, index) => [`${release}: ${String(payload['kind'])} (${index})`, payload] as const),
);

it.each(cases)('takes the payload of a machine %s', async (_name, payload) => {
  const world = platformWorld(shop);
  world.wait('token-1');
  const { id, requestId } = await dispatchStep(payload, world);
  expect(id).toEqual(expect.any(String));
  // Nothing was refused: the step is under way, or has been answered well.
  expect(world.answers.filter(({ ok }) => !ok)).toEqual([]);
  if (payload['kind'] === 'publish') expect(world.bus.published).toHaveLength(1);
  else if (payload['kind'] !== 'receive') expect(await world.pending.get(requestId ?? '')).toBeDefined();
});

test('what is compiled now passes nothing else: whoever adds a field adds a release above', () => {
  const inner = defineWorkflow(travel, 'inner', { startedBy: TripAsked }, (flow) => flow.complete('done'));
  const all = defineWorkflow(travel, 'all', { startedBy: TripWanted }, (flow, wish) => {
    const data = { trip: wish.trip, what: 'hotel' };
    const otherwise = { what: 'x', booking: 'x', sure: false };
    const undo = { with: Cancel, data: () => ({ trip: 't', what: 'w', booking: 'b' }) };
    flow.request('request', Book, data, {
      timeout: '1 minute',
      priority: 'high',
      to: 'agency',
      onTimeout: otherwise,
      onFailure: otherwise,
      compensate: undo,
    });
    flow.request('attempts', Book, data, {
      ...{ timeout: '1 minute', tries: 3, deadline: '2 hours' },
      fallback: { person: '1 hour' },
    });
    flow.publish('publish', Book, data, { priority: 'high', to: 'agency' });
    flow.wait('wait', '1 minute');
    flow.wait('until', { until: wish.trip });
    flow.approval('approval', { title: 'Go?', details: {}, approvers: 'ops', escalateTo: 'boss', timeout: '1 minute' });
    flow.receive('receive', TripAsked, { key: wish.trip, timeout: '1 minute' });
    flow.map(
      'map',
      wish.travellers,
      (what) => void flow.request('element', Book, { trip: wish.trip, what }, { timeout: '1 minute' }),
    );
    flow.run('run', inner, { trip: wish.trip }, { results: ['done'], timeout: '1 minute' });
  });
  const known = new Set([...cases.flatMap(([, payload]) => Object.keys(payload))]);
  const passed = callsIn(all.asl).flatMap(({ payload }) => Object.keys(payload));
  expect([...new Set(passed)].filter((field) => !known.has(field))).toEqual([]);
});
