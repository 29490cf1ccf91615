import { dispatchStep } from '../../../../../shared/platform/workflows/dispatch-step.js';
import { idsOf } from '../../../../../shared/domain/execution/step-ids.js';
import type { DispatchRequest } from '../../../../../shared/domain/execution/dispatch.js';
import { platformWorld, type PlatformStand } from '../../../../kit/stands/platform-world.js';

const request = (world: PlatformStand, own: Partial<DispatchRequest> = {}): DispatchRequest => ({
  kind: 'request',
  workflow: 'fulfil',
  execution: 'fulfil-1',
  step: 'reserve',
  message: {
    id: 'start-1',
    type: 'OrderPlaced',
    source: 'laneway.fixture-shop.client.web-shop',
    time: new Date(world.clock.now()).toISOString(),
    correlationid: 'conversation-1',
    priority: 'critical',
    hops: 2,
    tenant: 'north',
  },
  type: 'ReserveStock',
  data: { order: 'o-1' },
  token: 'token-1',
  timeoutSeconds: 30,
  ...own,
});

describe('a request step', () => {
  it('publishes the command into the conversation and stores the token', async () => {
    const world = platformWorld();
    const { id, requestId } = await dispatchStep(request(world), world);
    expect(world.bus.published).toMatchObject([
      {
        ...{ id, requestid: requestId, type: 'ReserveStock', receiver: 'warehouse', priority: 'critical' },
        ...{ correlationid: 'conversation-1', causationid: 'start-1', hops: 3, tenant: 'north' },
        source: 'laneway.fixture-shop.platform.test',
        deadline: new Date(world.clock.now() + 30_000).toISOString(),
      },
    ]);
    expect(JSON.stringify(world.bus.published)).not.toContain('token-1');
    expect(await world.pending.get(requestId ?? '')).toMatchObject({
      waiter: { kind: 'workflow', token: 'token-1', execution: 'fulfil-1', step: 'reserve' },
    });
  });

  it('begun again publishes the same message and replaces the token', async () => {
    const world = platformWorld();
    const first = await dispatchStep(request(world), world);
    const second = await dispatchStep(request(world, { token: 'token-2' }), world);
    expect(second).toEqual(first);
    expect(await world.pending.get(first.requestId ?? '')).toMatchObject({ waiter: { token: 'token-2' } });
  });

  it('tells steps and map items apart', () => {
    const world = platformWorld();
    const all = [
      request(world),
      request(world, { step: 'other' }),
      request(world, { index: '0' }),
      request(world, { index: '1' }),
    ];
    expect(new Set(all.map((one) => idsOf(one).requestId)).size).toBe(4);
  });

  it('begun again after the reply came answers the new token at once', async () => {
    const world = platformWorld();
    const { requestId } = await dispatchStep(request(world), world);
    await world.pending.close(requestId ?? '', {
      ...{ state: 'replied', by: 'reply-1', at: new Date(world.clock.now()).toISOString(), type: 'StockReserved' },
      ...{ dataschema: 'urn:laneway:StockReserved:1', data: { order: 'o-1', reserved: true } },
    });
    world.wait('token-2');
    await dispatchStep(request(world, { token: 'token-2' }), world);
    expect(world.answers).toEqual([{ ok: true, output: { data: { order: 'o-1', reserved: true } } }]);
  });

  it.each([
    ['a wrong payload', { data: { order: 1 } }, 'RequestFailed', 'SCHEMA'],
    ['an unknown type', { type: 'ReserveStok' }, 'RequestFailed', "did you mean 'ReserveStock'"],
    ['a type without reply', { type: 'ScanShelf', data: { shelf: 's' } }, 'RequestFailed', 'waits for an answer'],
    ['an unknown receiver', { to: 'nobody' }, 'RequestFailed', 'UNKNOWN_RECEIVER'],
    ['a priority the channel lacks', { priority: 'low' }, 'RequestFailed', 'has no priority'],
  ] as const)('with %s fails its token and opens nothing', async (_what, own, error, cause) => {
    const world = platformWorld();
    world.wait('token-1');
    await dispatchStep(request(world, own), world);
    expect(world.answers).toMatchObject([{ ok: false, error, cause: expect.stringContaining(cause) as string }]);
    expect(world.bus.published).toEqual([]);
  });

  it('whose start message has no time left times out', async () => {
    const world = platformWorld();
    world.wait('token-1');
    const { message } = request(world);
    const deadline = new Date(world.clock.now() - 1).toISOString();
    await dispatchStep(request(world, { message: { ...message, deadline } }), world);
    expect(world.answers).toMatchObject([{ ok: false, error: 'RequestTimedOut' }]);
  });

  it('that the bus refuses for good ends the request too', async () => {
    const world = platformWorld();
    world.wait('token-1');
    world.bus.refuse(() => ({ ok: false, retryable: false, code: 'NotAuthorized', message: 'no' }));
    const { requestId } = await dispatchStep(request(world), world);
    expect(world.answers).toMatchObject([{ ok: false, error: 'RequestFailed' }]);
    expect(await world.pending.get(requestId ?? '')).toMatchObject({ outcome: { state: 'failed' } });
    expect(await world.entries('conversation-1', 'request')).toHaveLength(1);
  });

  it('that cannot be sent just now throws, so that the machine begins it again', async () => {
    const world = platformWorld();
    world.wait('token-1');
    world.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'later' }));
    await expect(dispatchStep(request(world), world)).rejects.toMatchObject({ code: 'PUBLISH' });
    expect(world.answers).toEqual([]);
  });
});

describe('a publish step', () => {
  it('publishes and returns the id', async () => {
    const world = platformWorld();
    const { token: _token, timeoutSeconds: _seconds, ...base } = request(world);
    const step = { ...base, kind: 'publish', type: 'OrderPlaced', data: { order: 'o-2' } };
    const { id } = await dispatchStep(step, world);
    expect(world.bus.published).toMatchObject([{ id, type: 'OrderPlaced', channel: 'orders', hops: 3 }]);
    await expect(dispatchStep({ ...step, data: {} }, world)).rejects.toMatchObject({ code: 'SCHEMA' });
  });

  it('with input of no known shape says so', async () => {
    await expect(dispatchStep({ kind: 'request' }, platformWorld())).rejects.toThrow(/token/);
  });
});
