import { takeEvent } from '../../../../../shared/platform/ingress/take-event.js';
import { defineTopology } from '../../../../../shared/topology/define-topology.js';
import { OrderPlaced } from '../../../../kit/applications/fixture-topology.js';
import { platformWorld } from '../../../../kit/stands/platform-world.js';

const event = {
  id: 'e-1',
  source: 'com.example.market',
  'detail-type': 'Order',
  time: '2026-01-01T00:00:00Z',
  detail: { n: 1 },
};

function stand() {
  const world = platformWorld();
  const services = { ...world, publishingAs: (name: string) => world.publishingAs('ingress', name) };
  return {
    world,
    services,
    take: (given: unknown) => takeEvent({ copy: 'c1', body: JSON.stringify(given) }, services),
  };
}

describe('a foreign event', () => {
  it('becomes a message, the same one however often it comes', async () => {
    const { world, take } = stand();
    await take(event);
    await take(event);
    await take({ ...event, id: 'e-2' });
    expect(world.bus.published).toHaveLength(3);
    const [first, second, third] = world.bus.published;
    expect(first).toMatchObject({
      ...{ type: 'OrderPlaced', source: 'laneway.fixture-shop.ingress.marketplace', channel: 'orders', hops: 0 },
      data: { order: 'e-1' },
    });
    expect([second?.id, second?.correlationid]).toEqual([first?.id, first?.correlationid]);
    expect(third?.correlationid).not.toBe(first?.correlationid);
  });

  it.each([
    ['that no ingress takes', { ...event, 'detail-type': 'Refund' }, 'NOT_DECLARED'],
    ['that is none', { hello: 'world' }, 'UNPARSEABLE'],
  ])('%s is a dead letter', async (_what, given, code) => {
    const { world, take } = stand();
    await take(given);
    expect(world.deadLetters.sent).toMatchObject([{ reason: 'ingress', copy: 'c1', error: { code } }]);
    expect(world.bus.published).toEqual([]);
  });

  it.each([
    [
      'cannot be mapped',
      () => {
        throw new Error('no such field');
      },
      'no such field',
    ],
    ['does not fit the schema', () => ({ order: 7 }), 'order'],
  ])('that %s is a dead letter of its ingress', async (_what, map, message) => {
    const { world, services } = stand();
    const topology = defineTopology('fixture-shop', {
      channels: { orders: { carries: [OrderPlaced] } },
      agents: { reader: { subscribes: ['orders'] } },
      ingress: { market: { pattern: { source: ['com.example.market'] }, as: OrderPlaced, map } },
    });
    const publishingAs = (name: string) => ({ ...world.publishingAs('ingress', name), topology });
    await takeEvent({ copy: 'c1', body: JSON.stringify(event) }, { ...services, topology, publishingAs });
    expect(world.deadLetters.sent).toMatchObject([
      {
        reason: 'ingress',
        receiver: 'ingress:market',
        error: { message: expect.stringContaining(message) as string, retryable: false },
      },
    ]);
  });

  it('that cannot be published just now comes again', async () => {
    const { world, take } = stand();
    world.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'later' }));
    await expect(take(event)).rejects.toMatchObject({ code: 'PUBLISH' });
    expect(world.deadLetters.sent).toEqual([]);
  });
});
