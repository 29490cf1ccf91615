import { EXPIRY_GRACE_MS } from '../../../../../shared/domain/delivery/expiry-grace.js';
import { HELD_AGAIN_MS } from '../../../../../shared/platform/supervision/look-at-intent.js';
import { sweep } from '../../../../../shared/platform/supervision/sweep.js';
import { summarizeError } from '../../../../../shared/domain/base/errors.js';
import { takeAwaited } from '../../../../../shared/platform/workflows/take-awaited.js';
import { deliveryKeyOf, factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import type { Envelope } from '../../../../../shared/domain/wire/envelope.js';
import { INTENT_GRACE_MS } from '../../../../../shared/publishing/publish-message.js';
import { commandAt, envelopeAt, platformWorld, type PlatformStand } from '../../../../kit/stands/platform-world.js';

const run = (world: PlatformStand, time = 60_000) => sweep(world, { stopAt: world.clock.now() + time });

const intend = (world: PlatformStand, envelope: Envelope, expected: readonly string[] = ['warehouse']) =>
  world.intents.record([{ envelope, expected }], world.clock.now() + INTENT_GRACE_MS);

const complete = (world: PlatformStand, envelope: Envelope, receiver = 'warehouse') =>
  world.deliveries.settleUnleased(deliveryKeyOf(envelope, receiver), factsOf(envelope), {
    state: 'completed',
    copy: 'c',
    at: world.clock.now(),
    emissions: [],
  });

describe('the sweeper', () => {
  it('takes the receivers that a client names for its word: only who hears the channel gets a dead letter', async () => {
    const world = platformWorld();
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' });
    await intend(world, order, ['clerk', 'warehouse', 'vault', 'workflow:none']);
    world.clock.advanceTo(Date.parse(order.expires) + EXPIRY_GRACE_MS + 3_000);
    const { undeliverable } = await run(world);
    const hears = world.topology.model.channels[order.channel]?.subscribers ?? [];
    expect(undeliverable).toBe(hears.filter((agent) => ['clerk', 'warehouse'].includes(agent)).length);
    for (const receiver of ['vault', 'workflow:none'])
      expect(await world.deliveries.get(deliveryKeyOf(order, receiver))).toBeUndefined();
  });

  it('keeps agents that the application has no more where the platform expects them', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now(), { receiver: 'gone' });
    await intend(world, command, ['gone']);
    world.clock.advanceTo(Date.parse(command.expires) + EXPIRY_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ undeliverable: 1 });
  });

  it('does not look again and again at an intent that expires in a thousand years', async () => {
    const world = platformWorld();
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' }, { expires: '3000-01-01T00:00:00.000Z' });
    await intend(world, order, []);
    await intend(world, envelopeAt(world.clock.now(), 'OrderPlaced', { order: '2' }));
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 2, failed: 1, resent: 1 });
    expect(world.bus.published).toMatchObject([{ data: { order: '2' } }]);
    expect(await run(world)).toMatchObject({ looked: 0 });
  });

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
      armed: 0,
      timedOut: 0,
      sent: 0,
      unsent: 0,
      unreadable: 0,
      movedOn: 0,
      complete: true,
      lag: 0,
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
    const key = deliveryKeyOf(command, 'warehouse');
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

  it('has the starter end a start that was begun and has no copy any more, and settles it when that never does', async () => {
    const world = { ...platformWorld(), starts: { fulfil: 'OrderPlaced' } };
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' });
    const key = deliveryKeyOf(order, 'workflow:fulfil');
    await intend(world, order, []);
    const now = world.clock.now();
    await world.deliveries.lease(key, factsOf(order), { owner: 'one', now, until: now + 30_000, alone: true });
    world.clock.advanceTo(Date.parse(order.expires) + 2 * 86_400_000);
    expect(await run(world)).toMatchObject({ looked: 1, resent: 1, undeliverable: 0 });
    expect(world.bus.published).toEqual([order]);
    // Its copy may be lost as well.
    world.clock.advance(HELD_AGAIN_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 1, resent: 1, undeliverable: 0 });
    expect(await world.deliveries.get(key)).toMatchObject({ state: 'leased' });
    world.clock.advance(5 * 86_400_000);
    expect(await run(world)).toMatchObject({ looked: 1, resent: 0, undeliverable: 1 });
    expect(await world.deliveries.get(key)).toMatchObject({ state: 'dead-lettered', copy: 'sweeper' });
    expect(await run(world)).toMatchObject({ looked: 0 });
  });

  it.each([
    ['an agent', 'laneway.fixture-shop.agent.clerk'],
    ['another application', 'laneway.letters.client.web-shop'],
    ['nobody', 'somebody'],
    ['the page of approvals that is no decision', 'laneway.fixture-shop.platform.approval-page'],
  ])('sends no intent of %s', async (_who, source) => {
    const world = platformWorld();
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' }, { source });
    await intend(world, order);
    await intend(world, envelopeAt(world.clock.now(), 'OrderPlaced', { order: '2' }));
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 2, resent: 1, failed: 1 });
    expect(world.bus.published).toMatchObject([{ data: { order: '2' } }]);
    expect(await run(world)).toMatchObject({ looked: 0 });
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

  it('stops at its time, tells how far it is behind, and goes on from there', async () => {
    const world = platformWorld();
    const first = world.clock.now();
    for (let index = 0; index < 240; index++) {
      await intend(world, envelopeAt(world.clock.now(), 'OrderPlaced', { order: String(index) }));
      world.clock.advance(10);
    }
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world, 0)).toMatchObject({ looked: 100, complete: false });
    expect(world.cursors.values.get('intents')).toBe(first + INTENT_GRACE_MS + 990 - 1);
    const second = await run(world, 0);
    expect(second).toMatchObject({ looked: 100, complete: false });
    expect(second.lag).toBe(world.clock.now() - (first + INTENT_GRACE_MS + 2_000) + 1);
    expect(await run(world)).toMatchObject({ looked: 40, complete: true, lag: 0 });
    expect(new Set(world.bus.published.map(({ id }) => id)).size).toBe(240);
  });

  it('looks at thousands in one run', async () => {
    const world = platformWorld();
    const orders = Array.from({ length: 6_000 }, (_, order) =>
      envelopeAt(world.clock.now(), 'OrderPlaced', { order: String(order) }),
    );
    await world.intents.record(
      orders.map((envelope) => ({ envelope, expected: ['warehouse'] })),
      world.clock.now() + INTENT_GRACE_MS,
    );
    for (const order of orders.slice(1)) await complete(world, order);
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 6_000, resent: 1, complete: true, lag: 0 });
  });

  it('ends a delivery that was begun when its copy can come no more', async () => {
    const world = platformWorld();
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' });
    await intend(world, order);
    const key = deliveryKeyOf(order, 'warehouse');
    const begin = (until: number) =>
      world.deliveries.lease(key, factsOf(order), { owner: 'a', now: world.clock.now(), until, alone: true });
    await begin(world.clock.now() + 60_000);
    await world.deliveries.release(key, 'a', summarizeError(new Error('not now')), world.clock.now());
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 1, resent: 0, undeliverable: 0 });
    // A copy may still wait for its next try when the message has expired.
    world.clock.advanceTo(Date.parse(order.expires) + EXPIRY_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ undeliverable: 0 });
    expect(await world.deliveries.get(key)).toMatchObject({ state: 'retrying' });
    world.clock.advance(24 * 3_600_000);
    expect(await run(world)).toMatchObject({ looked: 1, resent: 0, undeliverable: 1 });
    expect(await world.deliveries.get(key)).toMatchObject({ state: 'dead-lettered', tries: 1, copy: 'sweeper' });
    expect(await world.entries(order.correlationid, 'dead-letter')).toMatchObject([
      { deadLetter: { reason: 'undeliverable', receiver: 'warehouse', tries: 1 } },
    ]);
    expect(world.ofType('ErrorReported')).toHaveLength(1);
  });

  it('leaves a handler at work, and ends its delivery when its lease has died', async () => {
    const world = platformWorld();
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' });
    await intend(world, order);
    const key = deliveryKeyOf(order, 'warehouse');
    const until = Date.parse(order.expires) + 48 * 3_600_000;
    await world.deliveries.lease(key, factsOf(order), { owner: 'a', now: world.clock.now(), until, alone: true });
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    await run(world);
    world.clock.advanceTo(until - 1_000);
    expect(await run(world)).toMatchObject({ undeliverable: 0 });
    world.clock.advanceTo(until + EXPIRY_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ undeliverable: 1 });
    expect(await world.deliveries.get(key)).toMatchObject({ state: 'dead-lettered' });
  });

  it('sends again what only a step of a workflow waits for, until it has come', async () => {
    const step = { workflow: 'fulfil', step: 'wait', type: 'OrderPlaced', keyed: false };
    const world = { ...platformWorld(), awaited: [step] };
    const orderIn = (correlationid: string) =>
      envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' }, { correlationid });
    const [order, other] = [orderIn('here'), orderIn('there')];
    await intend(world, order, []);
    await intend(world, other, []);
    await takeAwaited(other, { ...world, ledger: world.ledger });
    world.clock.advance(INTENT_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 2, resent: 1 });
    expect(world.bus.published).toEqual([order]);
    await takeAwaited(order, { ...world, ledger: world.ledger });
    world.clock.advanceTo(Date.parse(order.expires) + EXPIRY_GRACE_MS + 3_000);
    expect(await run(world)).toMatchObject({ looked: 1, resent: 0, undeliverable: 0 });
  });
});
