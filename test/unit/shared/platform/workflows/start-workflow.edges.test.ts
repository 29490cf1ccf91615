import { drainCopy } from '../../../../../shared/platform/dead-letters/drain-copy.js';
import { startWorkflows } from '../../../../../shared/platform/workflows/start-workflow.js';
import { deliveryKeyOf, factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import type { Envelope } from '../../../../../shared/domain/wire/envelope.js';
import { closeRequest } from '../../../../../shared/platform/requests/close-request.js';
import { envelopeAt, openRequest, overTheBus, platformWorld } from '../../../../kit/stands/platform-world.js';

function stand() {
  const world = platformWorld();
  const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: 'o-1' });
  const key = deliveryKeyOf(order, 'workflow:fulfil');
  const services = { ...world, starts: { fulfil: 'OrderPlaced' } };
  const receive = (copy: string) =>
    startWorkflows({ copy, body: overTheBus(order) }, world.clock.now() + 30_000, services);
  return { world, order, key, receive };
}

test('the copy that started a workflow tells of it also when it comes again after the message has expired', async () => {
  const { world, order, receive } = stand();
  const { record } = world.intents;
  world.intents.record = () => Promise.reject(new Error('the table is gone'));
  await expect(receive('c1')).rejects.toThrow('gone');
  world.intents.record = record.bind(world.intents);
  world.clock.advanceTo(Date.parse(order.expires) + 1_000);
  await receive('c1');
  expect([world.workflows.executions.size, world.ofType('WorkflowStarted').length]).toEqual([1, 1]);
});

test('a duplicate that is refused while another copy starts the workflow comes again, and writes no dead letter', async () => {
  const { world, order, key, receive } = stand();
  world.clock.advanceTo(Date.parse(order.expires) + 1_000);
  const now = world.clock.now();
  await world.deliveries.lease(key, factsOf(order), { owner: 'other', now, until: now + 20_000, alone: true });
  await expect(receive('c2')).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(world.deadLetters.sent).toEqual([]);
  expect(await world.deliveries.get(key)).toMatchObject({ state: 'leased', owner: 'other' });
});

test('a start message that dies in the starter ends as a dead letter of its workflow, and starts nothing later', async () => {
  const { world, order, key, receive } = stand();
  const services = { ...world, starts: { fulfil: 'OrderPlaced', audit: 'OrderPlaced', other: 'StockReserved' } };
  const now = world.clock.now();
  await world.deliveries.lease(key, factsOf(order), { owner: 'dead', now, until: now + 20_000, alone: true });
  const dead = {
    ...{ copy: 'c1', body: overTheBus(order), attributes: {}, returns: 0 },
    origin: { kind: 'platform' },
  } as const;
  await expect(drainCopy(dead, services)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(await world.entries(order.correlationid, 'dead-letter')).toEqual([]);
  world.clock.advance(21_000);
  await drainCopy(dead, services);
  await drainCopy(dead, services);
  expect(await world.deliveries.get(key)).toMatchObject({ state: 'dead-lettered', error: { code: 'CRASHED' } });
  const letters = await world.entries(order.correlationid, 'dead-letter');
  expect(letters.map((entry) => (entry.kind === 'dead-letter' ? entry.deadLetter.receiver : '')).sort()).toEqual([
    'workflow:audit',
    'workflow:fulfil',
  ]);
  await receive('c2');
  expect(world.workflows.executions.size).toBe(0);
});

test('a duplicate of a start message that ends in the queue of the platform leaves a started workflow as it is', async () => {
  const { world, order, key, receive } = stand();
  await receive('c1');
  const services = { ...world, starts: { fulfil: 'OrderPlaced' } };
  const origin = { kind: 'platform' } as const;
  await drainCopy({ copy: 'c2', body: overTheBus(order), attributes: {}, returns: 0, origin }, services);
  expect(await world.deliveries.get(key)).toMatchObject({ state: 'completed' });
  const letters = await world.entries(order.correlationid, 'dead-letter');
  expect(letters).not.toMatchObject([{ deadLetter: { receiver: 'workflow:fulfil' } }]);
});

test('a request for a workflow that dies in the starter ends as a dead letter, and with it the step that waits', async () => {
  const { world } = stand();
  const source = 'laneway.fixture-shop.platform.dispatcher';
  const now = world.clock.now();
  const data = { workflow: 'fulfil', data: { order: 'o-1' }, parent: { requestId: 'step-1' } };
  const deadline = new Date(now + 3_600_000).toISOString();
  const own = { source, channel: 'workflow.requests', subject: 'fulfil', deadline };
  const asked = envelopeAt(now, 'WorkflowRequested', data, own);
  await openRequest(world, asked, 'token-1', { requestId: 'step-1', type: 'workflow:fulfil', holds: 'workflow' });
  world.wait('token-1');
  const key = deliveryKeyOf(asked, 'workflow:fulfil');
  await world.deliveries.lease(key, factsOf(asked), { owner: 'dead', now, until: now + 20_000, alone: true });
  world.clock.advance(21_000);
  const services = { ...world, starts: { fulfil: 'OrderPlaced' } };
  const origin = { kind: 'platform' } as const;
  await drainCopy({ copy: 'c1', body: overTheBus(asked), attributes: {}, returns: 0, origin }, services);
  expect(await world.deliveries.get(key)).toMatchObject({ state: 'dead-lettered', error: { code: 'CRASHED' } });
  expect(await world.entries(asked.correlationid, 'dead-letter')).toMatchObject([
    { deadLetter: { receiver: 'workflow:fulfil' } },
  ]);
  const [failed] = world.ofType('RequestFailed');
  expect(failed).toMatchObject({ requestid: 'step-1', channel: 'system.timeouts' });
  await closeRequest({ copy: 'c2', body: overTheBus(failed as Envelope) }, world);
  expect(world.answers).toMatchObject([{ ok: false, error: 'RequestFailed' }]);
  expect(world.ofType('ErrorReported')).toEqual([]);
});
