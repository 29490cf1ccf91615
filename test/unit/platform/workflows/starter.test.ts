import { startWorkflows } from '../../../../shared/platform/workflows/start-workflow.js';
import { executionName } from '../../../../shared/domain/base/execution-name.js';
import { envelopeAt, overTheBus, platformWorld } from '../../../kit/stands/platform-world.js';

function stand(starts: Readonly<Record<string, string>> = { fulfil: 'OrderPlaced' }) {
  const world = platformWorld();
  const services = { ...world, starts };
  const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: 'o-1' }, { tenant: 'north', subject: 's' });
  const receive = (copy: string, envelope = order, event = {}) =>
    startWorkflows({ copy, body: overTheBus(envelope, event) }, world.clock.now() + 30_000, services);
  const delivery = () =>
    world.deliveries.get({ correlationId: order.correlationid, messageId: order.id, receiver: 'workflow:fulfil' });
  return { world, order, receive, delivery };
}

describe('starting a workflow by a message', () => {
  it('starts it once, settles the delivery and tells', async () => {
    const { world, order, receive, delivery } = stand();
    await receive('c1');
    await receive('c2');
    expect([...world.workflows.executions.values()]).toMatchObject([
      {
        workflow: 'fulfil',
        name: `fulfil-${order.id}`,
        input: {
          message: {
            id: order.id,
            type: 'OrderPlaced',
            tenant: 'north',
            subject: 's',
            hops: 0,
            data: { order: 'o-1' },
          },
          generation: 0,
        },
      },
    ]);
    expect(await delivery()).toMatchObject({ state: 'completed', copy: 'c1', tries: 1 });
    expect(world.ofType('WorkflowStarted')).toMatchObject([
      {
        correlationid: order.correlationid,
        causationid: order.id,
        hops: 1,
        data: { workflow: 'fulfil', startedBy: order.id },
      },
    ]);
  });

  it('tells again when the copy that started it comes again', async () => {
    const { world, receive } = stand();
    world.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'later' }));
    await expect(receive('c1')).rejects.toMatchObject({ code: 'PUBLISH' });
    world.bus.refuse();
    await receive('c1');
    expect([world.workflows.executions.size, world.ofType('WorkflowStarted').length]).toEqual([1, 1]);
  });

  it.each([
    ['a wrong payload', { data: { order: 1 } }, {}, 'schema'],
    ['another sender than the bus says', {}, { source: 'laneway.fixture-shop.client.other' }, 'not-allowed'],
    ['too many hops', { hops: 32 }, {}, 'hop-limit'],
  ])('dead-letters %s', async (_what, own, event, reason) => {
    const { world, order, receive } = stand();
    await receive('c1', { ...order, ...own }, event);
    expect(world.workflows.executions.size).toBe(0);
    expect(world.deadLetters.sent).toMatchObject([{ reason, receiver: 'workflow:fulfil' }]);
  });

  it('records an expired message and starts nothing', async () => {
    const { world, receive, delivery } = stand();
    world.clock.advance(3_600_000);
    await receive('c1');
    expect([world.workflows.executions.size, world.deadLetters.sent.length]).toEqual([0, 0]);
    expect(await delivery()).toMatchObject({ state: 'expired' });
  });

  it('gives up after the tries of the profile', async () => {
    const { world, order, receive, delivery } = stand();
    const start = { start: () => Promise.reject(new Error('Step Functions is away')) };
    const services = { ...world, starts: { fulfil: 'OrderPlaced' }, starter: start };
    const copy = { copy: 'c1', body: overTheBus(order) };
    await expect(startWorkflows(copy, world.clock.now() + 1, services)).rejects.toThrow('away');
    await expect(startWorkflows(copy, world.clock.now() + 1, services)).rejects.toThrow('away');
    await startWorkflows(copy, world.clock.now() + 1, services);
    expect(world.deadLetters.sent).toMatchObject([{ reason: 'exhausted', tries: 3 }]);
    expect(await delivery()).toMatchObject({ state: 'dead-lettered' });
    await receive('c1');
    expect(world.workflows.executions.size).toBe(0);
  });

  it('dead-letters what is no message, and what starts nothing', async () => {
    const { world, receive } = stand({});
    await receive('c1');
    await startWorkflows({ copy: 'c2', body: '{' }, 0, { ...world, starts: {} });
    expect(world.deadLetters.sent.map((letter) => letter.reason)).toEqual(['not-allowed', 'unparseable']);
  });
});

describe('execution names', () => {
  it('stay within Step Functions, whatever the names', () => {
    const id = '018f2c1e-0000-7000-8000-000000000000';
    expect(executionName('fulfil', id)).toBe(`fulfil-${id}`);
    expect(executionName('fulfil', id, 2)).toBe(`fulfil-${id}-2`);
    const long = executionName('w'.repeat(64), 'an id / with * signs'.repeat(9), 12);
    expect(long).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  });
});
