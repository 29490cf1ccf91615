import { EXPIRY_GRACE_MS } from '../../../../shared/domain/delivery/expiry-grace.js';
import { sweep } from '../../../../shared/platform/supervision/sweep.js';
import { factsOf } from '../../../../shared/domain/delivery/delivery.js';
import type { Envelope } from '../../../../shared/domain/wire/envelope.js';
import { INTENT_GRACE_MS } from '../../../../shared/publishing/publish-message.js';
import {
  commandAt,
  envelopeAt,
  openRequest,
  platformWorld,
  type PlatformWorld,
} from '../../../kit/stands/platform-world.js';

const run = (world: PlatformWorld, mostIntents = 100) =>
  sweep(world, { mostIntents, stopAt: world.clock.now() + 60_000 });

const intend = (world: PlatformWorld, envelope: Envelope, expected: readonly string[] = ['warehouse']) =>
  world.intents.record([{ envelope, expected }], world.clock.now() + INTENT_GRACE_MS);

const complete = (world: PlatformWorld, envelope: Envelope, receiver = 'warehouse') =>
  world.deliveries.settleUnleased(
    { correlationId: envelope.correlationid, messageId: envelope.id, receiver },
    factsOf(envelope),
    { state: 'completed', copy: 'c', at: world.clock.now(), emissions: [] },
  );

describe('the sweeper', () => {
  it('leaves alone what arrived, and looks only once', async () => {
    const world = platformWorld();
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' });
    await intend(world, order);
    await complete(world, order);
    expect(await run(world)).toMatchObject({ looked: 0 });
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toEqual({
      looked: 1,
      resent: 0,
      undeliverable: 0,
      failed: 0,
      timedOut: 0,
      complete: true,
    });
    expect(await run(world)).toMatchObject({ looked: 0 });
    expect(world.bus.published).toEqual([]);
  });

  it('sends again what did not arrive, under its id, once; settles it when nobody ever takes it', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await intend(world, command);
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 1, resent: 1 });
    expect(world.bus.published).toEqual([command]);
    world.clock.advance(60_000);
    expect(await run(world)).toMatchObject({ looked: 0, resent: 0 });
    world.clock.advanceTo(Date.parse(command.expires) + EXPIRY_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 1, resent: 0, undeliverable: 1 });
    const key = { correlationId: command.correlationid, messageId: command.id, receiver: 'warehouse' };
    expect(await world.deliveries.get(key)).toMatchObject({ state: 'dead-lettered', copy: 'sweeper' });
    expect(await world.entries(command.correlationid, 'dead-letter')).toMatchObject([
      { deadLetter: { reason: 'undeliverable', receiver: 'warehouse' } },
    ]);
    expect([world.ofType('ErrorReported').length, world.ofType('RequestFailed').length]).toEqual([1, 1]);
  });

  it('sends again what only a workflow waits for, until that was started', async () => {
    const world = { ...platformWorld(), starts: { fulfil: 'OrderPlaced' } };
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' });
    const addressed = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '2' }, { receiver: 'clerk' });
    await intend(world, order, []);
    await intend(world, addressed, []);
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 2, resent: 1 });
    expect(world.bus.published).toEqual([order]);
    await complete(world, order, 'workflow:fulfil');
    world.clock.advanceTo(Date.parse(order.expires) + EXPIRY_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 1, resent: 0, undeliverable: 0 });
  });

  it('is content when the repeated message arrived', async () => {
    const world = platformWorld();
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' });
    await intend(world, order, ['clerk', 'warehouse']);
    await complete(world, order, 'clerk');
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ resent: 1 });
    await complete(world, order);
    world.clock.advanceTo(Date.parse(order.expires) + EXPIRY_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 1, undeliverable: 0 });
    expect(await world.entries(order.correlationid, 'dead-letter')).toEqual([]);
  });

  it('tells again of what it settled when it could not tell the first time', async () => {
    const world = platformWorld();
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' });
    await intend(world, order);
    world.clock.advanceTo(Date.parse(order.expires) + EXPIRY_GRACE_MS);
    world.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'later' }));
    expect(await run(world)).toMatchObject({ undeliverable: 0, failed: 1 });
    world.bus.refuse();
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ undeliverable: 1, failed: 0 });
    expect(world.ofType('ErrorReported')).toHaveLength(1);
  });

  it('settles at once what the bus refuses for good, and tries again what it only could not send', async () => {
    const world = platformWorld();
    const [refused, delayed] = ['1', '2'].map((order) => envelopeAt(world.clock.now(), 'OrderPlaced', { order }));
    if (!refused || !delayed) throw new Error('two orders are needed');
    await intend(world, refused);
    await intend(world, delayed);
    world.bus.refuse(({ id }) =>
      id === refused.id || id === delayed.id
        ? { ok: false, retryable: id === delayed.id, code: 'Refused', message: 'no' }
        : undefined,
    );
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 2, resent: 0, undeliverable: 1 });
    world.bus.refuse();
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ resent: 1, undeliverable: 0 });
    expect(world.bus.published.map(({ id }) => id)).toContain(delayed.id);
  });

  it('stops at its bound and goes on from there', async () => {
    const world = platformWorld();
    for (let index = 0; index < 7; index++) {
      await intend(world, envelopeAt(world.clock.now(), 'OrderPlaced', { order: String(index) }));
      world.clock.advance(10);
    }
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world, 5)).toMatchObject({ looked: 5, complete: false });
    const second = await run(world, 5);
    expect(second).toMatchObject({ complete: true });
    expect(new Set(world.bus.published.map(({ id }) => id)).size).toBe(7);
  });

  it('sets the timer again of a request whose timer was lost', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command);
    world.clock.advanceTo(Date.parse(command.deadline ?? '') + 61_000);
    expect(await run(world)).toMatchObject({ timedOut: 1 });
    expect(JSON.parse(world.timerQueue.receive(1, 0)[0]?.body ?? '{}')).toMatchObject({ requestId: command.requestid });
    expect(await run(world)).toMatchObject({ timedOut: 0 });
  });
});
