import { executionText, marksOf } from '../../../../../cli/render/workflows.js';
import { plainPaint } from '../../../../../cli/render/paint.js';
import { executionName } from '../../../../../shared/domain/wire/execution-name.js';
import type {
  ExecutionDetail,
  StateVisits,
  WorkflowEngine,
} from '../../../../../shared/domain/execution/executions.js';
import { newId } from '../../../../../shared/domain/base/ids.js';
import { inspectExecution } from '../../../../../shared/operator/workflows/inspect-execution.js';
import type { WorkflowServices } from '../../../../../shared/operator/workflows/workflow-services.js';
import { dispatchStep } from '../../../../../shared/platform/workflows/dispatch-step.js';
import { fireTimer } from '../../../../../shared/platform/requests/fire-timer.js';
import { MemoryDeadLetterBook } from '../../../../../shared/testing/memory/memory-dead-letter-book.js';
import { defineWorkflow } from 'laneway/workflow';
import { platformWorld } from '../../../../kit/stands/platform-world.js';
import { Book, travel, TripWanted } from '../../../../kit/applications/trip-topology.js';

const within = { timeout: '1 minute' } as const;
const trip = defineWorkflow(travel, 'trip', { startedBy: TripWanted }, (flow, wish) => {
  flow.request('hotel', Book, { trip: wish.trip, what: 'hotel' }, within);
  flow.map('seats', wish.travellers, (what) => void flow.request('seat', Book, { trip: wish.trip, what }, within));
  flow.approval('sure', { title: 'Go?', approvers: 'family', timeout: '1 day' });
  flow.complete('booked');
});

const TRAVELLER = 'laneway.travel.client.traveller';

/** An execution of it, with steps dispatched as a machine would; the engine tells only what it is given here. */
function stand(own: Partial<ExecutionDetail> = {}, visits: Record<string, StateVisits> = {}) {
  const world = platformWorld(travel);
  const id = newId();
  const name = executionName('trip', { id, source: TRAVELLER });
  const time = new Date(world.clock.now()).toISOString();
  const message = {
    ...{ id, type: TripWanted.name, source: TRAVELLER, time },
    ...{ correlationid: 'conversation-1', priority: 'normal', hops: 0 },
  };
  const data = { trip: 't1', travellers: ['ann', 'bob'] };
  const input = { message: { ...message, data }, generation: 0 };
  const execution: ExecutionDetail = { workflow: 'trip', name, status: 'running', startedAt: time, input, ...own };
  const executions: WorkflowEngine = {
    workflows: ['trip'],
    find: (workflow, wanted) => Promise.resolve(workflow === 'trip' && wanted === name ? execution : undefined),
    visits: () => Promise.resolve(visits),
    definition: () => Promise.resolve(trip.asl),
    stop: () => Promise.resolve(),
    list: () => {
      throw new Error('not asked for');
    },
  };
  const services: WorkflowServices = {
    ...{
      topology: travel,
      clock: world.clock,
      starts: { trip: TripWanted.name },
      executions,
      conversations: world.ledger,
    },
    ...{ pending: world.pending, sagas: world.sagas, publishing: world.publishing },
    book: new MemoryDeadLetterBook(world.ledger),
  };
  const dispatch = (step: string, more: Readonly<Record<string, unknown>>) =>
    dispatchStep({ workflow: 'trip', execution: name, step, message, token: `secret-${step}`, ...more }, world);
  const book = (step: string, index?: string) =>
    dispatch(step, {
      ...{ kind: 'request', type: 'Book', data: { trip: 't1', what: step }, timeoutSeconds: 60 },
      ...(index === undefined ? {} : { index }),
    });
  const close = (requestId: string | undefined, outcome: object) =>
    world.pending.close(requestId ?? '', { by: 'm1', at: time, ...outcome } as never);
  return { world, name, services, dispatch, book, close };
}

const replied = { state: 'replied', type: 'Booked', dataschema: 'urn:laneway:Booked:1', data: {} };

test('a running execution: what is done, who is waited for and how far they are; tokens are not shown', async () => {
  const { world, name, services, dispatch, book, close } = stand();
  await close((await book('hotel')).requestId, replied);
  await close((await book('seat', '0')).requestId, replied);
  const { id } = await book('seat', '1');
  const key = { correlationId: 'conversation-1', messageId: id, origin: 'platform/bookings', receiver: 'agency' };
  const now = world.clock.now();
  const facts = {
    type: 'Book',
    source: 'laneway.travel.platform.dispatcher',
    channel: 'bookings',
    priority: 'normal',
    hops: 1,
    causationId: 'c',
  };
  await world.deliveries.lease(key, facts as never, { owner: 'o', now, until: now + 60_000, alone: true });
  await world.deliveries.progress(key, 'o', { fraction: 0.4, note: 'asking', at: new Date(now).toISOString() });
  await dispatch('sure', { kind: 'approval', timeoutSeconds: 60, title: 'Go?', approvers: 'family' });
  const view = await inspectExecution(name, services);
  expect(view.steps).toMatchObject([
    { step: 'hotel', state: 'done', what: 'Book' },
    { step: 'seat', index: '0', state: 'done' },
    { step: 'seat', index: '1', state: 'waiting', waitsFor: 'agency', percent: 40, note: 'asking' },
    { step: 'sure', kind: 'approval', state: 'waiting', waitsFor: 'family' },
  ]);
  expect(view.failure).toBeUndefined();
  const text = executionText(view, plainPaint).join('\n');
  expect(text).toMatch(/waiting +seat #1 +request Book +for agency 40 % \(asking\), until 2/);
  expect(JSON.stringify(view) + text).not.toContain('secret-');
  expect(marksOf(view).get('seat')).toBe('waiting');
});

test('a step whose ladder climbs: which attempt it is, and who has it', async () => {
  const { world, name, services, dispatch } = stand();
  const attempts = { timeout: '10 seconds', tries: 2, fallback: [{ person: '5 minutes' }] };
  const { requestId = '' } = await dispatch('hotel', {
    ...{ kind: 'request', type: 'Book', data: { trip: 't1', what: 'hotel' }, timeoutSeconds: 400, attempts },
  });
  const step = async () => {
    const view = await inspectExecution(name, services);
    return { step: view.steps[0], text: executionText(view, plainPaint).join('\n') };
  };
  const fire = async () => {
    const deadline = Date.parse((await world.pending.get(requestId))?.deadline ?? '');
    world.clock.advanceTo(deadline);
    await fireTimer({ requestId, at: deadline }, world);
  };
  expect((await step()).step).toMatchObject({ state: 'waiting', waitsFor: 'agency', attempt: 1 });
  await fire();
  expect((await step()).step).toMatchObject({ waitsFor: 'agency', attempt: 2, pausing: true });
  expect((await step()).text).toMatch(/waiting +hotel +request Book +for agency, attempt 2, asked again at 2/);
  await fire();
  await fire();
  expect((await step()).text).toMatch(/waiting +hotel +request Book +for a person, attempt 3, until 2/);
});

test('a failed execution: which step, which agent, which message, why, and what to type next', async () => {
  const visits = { hotel: { entered: 1, exited: 1, since: '' }, seat: { entered: 2, exited: 1, since: '' } };
  const ended = {
    status: 'failed',
    error: 'RequestFailed',
    cause: 'HANDLER: full',
    endedAt: new Date(0).toISOString(),
  };
  const { world, name, services, book, close } = stand(ended as Partial<ExecutionDetail>, visits);
  await close((await book('hotel')).requestId, replied);
  const { id, requestId } = await book('seat', '0');
  const error = { code: 'HANDLER', name: 'Error', message: 'full', retryable: false };
  await close(requestId, { state: 'failed', error });
  const at = new Date(world.clock.now()).toISOString();
  world.ledger.put('conversation-1', {
    ...{ kind: 'dead-letter', at },
    deadLetter: {
      id: 'letter-1',
      correlationId: 'conversation-1',
      messageId: id,
      receiver: 'agency',
      at,
      error,
    } as never,
  });
  const { failure, entries, ...view } = await inspectExecution(name, services);
  expect(failure).toEqual({
    ...{
      step: 'seat',
      agent: 'agency',
      messageId: id,
      messageType: 'Book',
      why: 'RequestFailed: HANDLER: full (HANDLER: full)',
    },
    next: ['laneway dlq get letter-1', 'laneway trace conversation-1', `laneway workflow retry ${name} --why '...'`],
  });
  expect(entries.length).toBeGreaterThan(0);
  expect(view.steps.map(({ state }) => state)).toEqual(['done', 'failed', 'not reached']);
});

test('a step at which the dispatcher itself failed is named, with what Step Functions says', async () => {
  const visits = { hotel: { entered: 1, exited: 0, since: '' } };
  const ended = { status: 'failed', error: 'Lambda.Unknown', cause: 'no such table' } as const;
  const { name, services } = stand(ended, visits);
  const { failure } = await inspectExecution(name, services);
  expect(failure).toMatchObject({ step: 'hotel', why: 'Lambda.Unknown: no such table' });
  await expect(inspectExecution('trip-none', services)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
