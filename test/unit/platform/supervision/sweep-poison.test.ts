import { sweep } from '../../../../shared/platform/supervision/sweep.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { INTENT_GRACE_MS } from '../../../../shared/publishing/publish-message.js';
import { commandAt, openRequest, platformWorld } from '../../../kit/stands/platform-world.js';

test('an intent that cannot be looked at costs neither the others nor the requests, and is looked at again', async () => {
  const world = platformWorld();
  const now = world.clock.now();
  const [poison, other, third] = [commandAt(now), commandAt(now + 1), commandAt(now + 2)];
  for (const [index, envelope] of [poison, other, third].entries())
    await world.intents.record([{ envelope, expected: ['warehouse'] }], now + INTENT_GRACE_MS + index * 1_000);
  await openRequest(world, other);
  const get = world.deliveries.get.bind(world.deliveries);
  world.deliveries.get = (key) =>
    key.messageId === poison.id ? Promise.reject(new LanewayError('UNAVAILABLE', 'this one only')) : get(key);
  const run = () => sweep(world, { mostIntents: 100, stopAt: world.clock.now() + 60_000 });

  world.clock.advance(INTENT_GRACE_MS + 10_000);
  expect(await run()).toMatchObject({ looked: 3, resent: 2, failed: 1, timedOut: 1, complete: true });
  expect(world.bus.published.map(({ id }) => id)).toEqual([other.id, third.id]);

  world.deliveries.get = get;
  world.clock.advance(INTENT_GRACE_MS + 10_000);
  expect(await run()).toMatchObject({ looked: 1, resent: 1, failed: 0 });
  expect(world.bus.published.map(({ id }) => id)).toEqual([other.id, third.id, poison.id]);
});

test('a failure that lies with the ledger as a whole leaves the cursor where it is', async () => {
  const world = platformWorld();
  const command = commandAt(world.clock.now());
  await world.intents.record([{ envelope: command, expected: ['warehouse'] }], world.clock.now() + INTENT_GRACE_MS);
  world.clock.advance(INTENT_GRACE_MS + 10_000);
  const fail = () => Promise.reject(new LanewayError('UNAVAILABLE', 'the table is gone'));
  world.deliveries.get = fail;
  const { record } = world.intents;
  world.intents.record = fail;
  await expect(sweep(world, { mostIntents: 100, stopAt: world.clock.now() + 60_000 })).rejects.toThrow('gone');
  expect(world.cursors.values.has('intents')).toBe(false);
  expect(record).toBeDefined();
});

test('more lost timers than one run can set again are set by the next ones, and intents have their turn', async () => {
  const world = platformWorld();
  const now = world.clock.now();
  for (let index = 0; index < 50; index++)
    await openRequest(world, commandAt(now, { deadline: new Date(now + 1_000 + index).toISOString() }));
  const order = commandAt(now);
  await world.intents.record([{ envelope: order, expected: ['warehouse'] }], now + INTENT_GRACE_MS);
  world.clock.advance(INTENT_GRACE_MS + 10_000);
  const run = () => sweep(world, { mostIntents: 100, stopAt: world.clock.now() });
  expect(await run()).toMatchObject({ timedOut: 20, resent: 1, complete: false });
  let runs = 1;
  for (let left = true; left && runs < 10; runs++) left = !(await run()).complete;
  expect(runs).toBeLessThan(10);
  const set = new Set(world.timerQueue.peek().map((body) => (JSON.parse(body) as { requestId: string }).requestId));
  expect(set.size).toBe(50);
});
