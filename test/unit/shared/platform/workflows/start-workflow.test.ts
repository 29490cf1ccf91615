import { jest } from '@jest/globals';
import { deliveryKeyOf } from '../../../../../shared/domain/delivery/delivery.js';
import { startWorkflows } from '../../../../../shared/platform/workflows/start-workflow.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { executionName } from '../../../../../shared/domain/wire/execution-name.js';
import type { WorkflowStarter } from '../../../../../shared/domain/execution/workflow-engine.js';
import { envelopeAt, overTheBus, platformWorld } from '../../../../kit/stands/platform-world.js';

function stand(starts: Readonly<Record<string, string>> = { fulfil: 'OrderPlaced' }) {
  const world = platformWorld();
  const services = { ...world, starts };
  const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: 'o-1' }, { tenant: 'north', subject: 's' });
  const receive = (copy: string, envelope = order, event = {}) =>
    startWorkflows({ copy, body: overTheBus(envelope, event) }, world.clock.now() + 30_000, services);
  const delivery = () => world.deliveries.get(deliveryKeyOf(order, 'workflow:fulfil'));
  return { world, order, receive, delivery };
}

const startedBy = (start: WorkflowStarter['start']): WorkflowStarter => ({
  start,
  exists: () => Promise.resolve(false),
});

describe('starting a workflow by a message', () => {
  it('starts it once, settles the delivery and tells', async () => {
    const { world, order, receive, delivery } = stand();
    await receive('c1');
    await receive('c2');
    expect([...world.workflows.executions.values()]).toMatchObject([
      {
        workflow: 'fulfil',
        name: executionName('fulfil', order),
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

  it.each([
    ['throttled', 'ThrottlingException'],
    ['away', 'ServiceUnavailable'],
  ])('waits for as long as Step Functions is %s, and loses nothing', async (_what, name) => {
    const { world, order, delivery } = stand();
    let isRefused = true;
    const start: WorkflowStarter['start'] = (...given) =>
      isRefused
        ? Promise.reject(new LanewayError('UNAVAILABLE', name, { cause: Object.assign(new Error('no'), { name }) }))
        : world.workflows.start(...given);
    const services = { ...world, starts: { fulfil: 'OrderPlaced' }, starter: startedBy(start) };
    const copy = { copy: 'c1', body: overTheBus(order) };
    for (let receipt = 1; receipt <= 90; receipt++) {
      await expect(startWorkflows(copy, world.clock.now() + 1, services)).rejects.toThrow(name);
      world.clock.advance(30_000);
    }
    isRefused = false;
    await startWorkflows(copy, world.clock.now() + 1, services);
    expect(world.deadLetters.sent).toEqual([]);
    expect(await delivery()).toMatchObject({ state: 'completed' });
    expect(world.workflows.executions.size).toBe(1);
  });

  it('while its channel is paused the copy comes again, at a time that the randomness of its services spreads', async () => {
    const { world, order } = stand();
    const since = new Date(world.clock.now()).toISOString();
    await world.pauses.begin({ channel: order.channel, by: 'ana', why: 'wrong', since });
    const at = (random: number, receives: number) => {
      const services = { ...world, starts: { fulfil: 'OrderPlaced' }, random: () => random };
      return startWorkflows({ copy: 'c1', body: overTheBus(order), receives }, world.clock.now() + 1, services);
    };
    expect(await at(0, 1)).toBe(world.clock.now() + 24_000);
    expect(await at(0.5, 1)).toBe(world.clock.now() + 27_000);
    expect(await at(0, 16)).toBeGreaterThan(world.clock.now() + 60_000);
  });

  it('ends as expired when Step Functions is away for longer than the message is valid', async () => {
    const { world, order, delivery } = stand();
    const start = () => Promise.reject(new LanewayError('UNAVAILABLE', 'Step Functions is away'));
    const services = { ...world, starts: { fulfil: 'OrderPlaced' }, starter: startedBy(start) };
    const copy = { copy: 'c1', body: overTheBus(order) };
    await expect(startWorkflows(copy, world.clock.now() + 1, services)).rejects.toThrow('away');
    world.clock.advanceTo(Date.parse(order.expires));
    await startWorkflows(copy, world.clock.now() + 1, services);
    expect(await delivery()).toMatchObject({ state: 'expired' });
    expect(world.deadLetters.sent).toEqual([]);
  });

  it('knows what it started when the outcome could not be written until the message had expired', async () => {
    const { world, order, receive, delivery } = stand();
    jest.spyOn(world.deliveries, 'settle').mockRejectedValueOnce(new LanewayError('UNAVAILABLE', 'the ledger is away'));
    await expect(receive('c1')).rejects.toThrow('the ledger is away');
    expect(world.workflows.executions.size).toBe(1);
    world.clock.advanceTo(Date.parse(order.expires));
    await receive('c1');
    expect(await delivery()).toMatchObject({ state: 'completed', copy: 'c1' });
    expect(world.ofType('WorkflowStarted')).toMatchObject([{ data: { execution: executionName('fulfil', order) } }]);
    await receive('c2');
    expect(world.ofType('WorkflowStarted')).toHaveLength(1);
  });

  it('takes a turn for each start, and comes again when there is none', async () => {
    const { world, order, delivery } = stand();
    const turns = [new LanewayError('UNAVAILABLE', 'no time left'), undefined];
    const pace = () => {
      const refused = turns.shift();
      return refused ? Promise.reject(refused) : Promise.resolve();
    };
    const services = { ...world, starts: { fulfil: 'OrderPlaced' }, starter: world.workflows, pace };
    const copy = { copy: 'c1', body: overTheBus(order) };
    await expect(startWorkflows(copy, world.clock.now() + 1, services)).rejects.toThrow('no time left');
    expect(await delivery()).toMatchObject({ state: 'retrying' });
    await startWorkflows(copy, world.clock.now() + 1, services);
    expect(await delivery()).toMatchObject({ state: 'completed' });
    expect(turns).toEqual([]);
  });

  it.each([
    ['the payload is refused', { data: { order: 1 } }],
    ['Step Functions refuses the input for good', {}],
  ])('writes one dead letter for all copies when %s', async (_what, own) => {
    const { world, order, delivery } = stand();
    const start = () => Promise.reject(new LanewayError('REFUSED', 'the input is no input'));
    const services = { ...world, starts: { fulfil: 'OrderPlaced' }, starter: startedBy(start) };
    const body = overTheBus({ ...order, ...own });
    for (const copy of ['c1', 'c2', 'c3']) await startWorkflows({ copy, body }, world.clock.now() + 30_000, services);
    expect(world.deadLetters.sent).toMatchObject([{ receiver: 'workflow:fulfil', copy: 'c1', tries: 1 }]);
    expect(await delivery()).toMatchObject({ state: 'dead-lettered', copy: 'c1' });
  });

  it.each([
    ['the payload is refused', { data: { order: 1 } }],
    ['Step Functions refuses the input for good', {}],
  ])('writes its dead letter again when it came no further, and %s', async (_what, own) => {
    const { world, order } = stand();
    const start = () => Promise.reject(new LanewayError('REFUSED', 'the input is no input'));
    const services = { ...world, starts: { fulfil: 'OrderPlaced' }, starter: startedBy(start) };
    const copy = { copy: 'c1', body: overTheBus({ ...order, ...own }) };
    const dead = { send: () => Promise.reject(new LanewayError('UNAVAILABLE', 'the queue is away')) };
    const cut = startWorkflows(copy, world.clock.now() + 30_000, { ...services, deadLetters: dead });
    await expect(cut).rejects.toThrow('the queue is away');
    await startWorkflows(copy, world.clock.now() + 30_000, services);
    expect(world.deadLetters.sent).toMatchObject([{ receiver: 'workflow:fulfil', copy: 'c1' }]);
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
    const source = 'laneway.shop.platform.dispatcher';
    expect(executionName('fulfil', { id, source })).toBe(`fulfil-${id}`);
    expect(executionName('fulfil', { id, source }, 2)).toBe(`fulfil-${id}-2`);
    const long = executionName('w'.repeat(64), { id: 'an id / with * signs'.repeat(9), source }, 12);
    expect(long).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  });

  it('are of one publisher: nobody takes the execution of another start message by choosing its id', () => {
    const id = '018f2c1e-0000-7000-8000-000000000000';
    const by = (writer: string) => executionName('fulfil', { id, source: `laneway.shop.${writer}` });
    expect(new Set(['platform.dispatcher', 'client.web', 'client.app', 'agent.clerk'].map(by)).size).toBe(4);
    expect(by('platform.sweeper')).toBe(by('platform.dispatcher'));
  });
});
