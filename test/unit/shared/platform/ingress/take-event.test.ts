import { TakenEvents } from '../../../../../shared/platform/ingress/taken-events.js';
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

  describe('that two ingresses with a limit take', () => {
    const limits = (sheds: 'delay' | 'dead-letter') => {
      const { world, services } = stand();
      const ingress = (perSecond: number, onLimit: 'delay' | 'dead-letter') => ({
        ...{ pattern: { source: ['com.example.market'] }, as: OrderPlaced, map: () => ({ order: 'o' }) },
        rateLimit: { perSecond, burst: 1, onLimit },
      });
      const topology = defineTopology('fixture-shop', {
        channels: { orders: { carries: [OrderPlaced] } },
        agents: { reader: { subscribes: ['orders'] } },
        ingress: { slow: ingress(0.01, 'delay'), fast: ingress(0.1, sheds) },
      });
      const publishingAs = (name: string) => ({ ...world.publishingAs('ingress', name), topology });
      const given = { ...services, topology, publishingAs };
      const take = (id: string, receives: number, more: object = {}) =>
        takeEvent({ copy: id, body: JSON.stringify({ ...event, id }), receives }, { ...given, ...more });
      const published = () => world.bus.published.map(({ source }) => source.split('.').at(-1));
      return { world, take, published };
    };

    it('is taken once by each, though it comes again for one of them', async () => {
      const { world, take, published } = limits('delay');
      expect(await take('e-1', 1)).toBeUndefined();
      world.clock.advance(20_000);
      const again = await take('e-2', 1);
      expect(published()).toEqual(['slow', 'fast', 'fast']);
      world.clock.advanceTo(again ?? 0);
      expect(await take('e-2', 2)).toBeUndefined();
      expect(published()).toEqual(['slow', 'fast', 'fast', 'slow']);
    });

    it('is no dead letter of one, while it comes again for the other, nor when it came before', async () => {
      const { world, take, published } = limits('dead-letter');
      expect(await take('e-1', 1)).toBeUndefined();
      // Both are over; it comes again, here to another process.
      expect(await take('e-2', 1)).toBeGreaterThan(world.clock.now());
      expect(await take('e-2', 2, { taken: new TakenEvents() })).toBeGreaterThan(world.clock.now());
      expect(world.deadLetters.sent).toEqual([]);
      world.clock.advance(400_000);
      expect(await take('e-2', 3)).toBeUndefined();
      expect(published()).toEqual(['slow', 'fast', 'slow', 'fast']);
      expect(world.deadLetters.sent).toEqual([]);
    });
  });

  it('that cannot be published just now comes again', async () => {
    const { world, take } = stand();
    world.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'later' }));
    await expect(take(event)).rejects.toMatchObject({ code: 'PUBLISH' });
    expect(world.deadLetters.sent).toEqual([]);
  });
});
