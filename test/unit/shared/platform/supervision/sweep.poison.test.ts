import { sweep } from '../../../../../shared/platform/supervision/sweep.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { INTENT_GRACE_MS } from '../../../../../shared/publishing/publish-message.js';
import { commandAt, openRequest, platformWorld } from '../../../../kit/stands/platform-world.js';

test('an intent that cannot be looked at costs neither the others nor the requests, and is looked at again', async () => {
  const world = platformWorld();
  const now = world.clock.now();
  const [poison, other, third] = [commandAt(now), commandAt(now + 1), commandAt(now + 2)];
  for (const [index, envelope] of [poison, other, third].entries())
    await world.intents.record([{ envelope, expected: ['warehouse'] }], now + INTENT_GRACE_MS + index * 1_000);
  await openRequest(world, other);
  const publish = world.bus.publish.bind(world.bus);
  world.bus.publish = (envelopes) =>
    envelopes.some(({ id }) => id === poison.id)
      ? Promise.reject(new LanewayError('UNAVAILABLE', 'this one only'))
      : publish(envelopes);
  const run = () => sweep(world, { stopAt: world.clock.now() + 60_000 });

  world.clock.advance(INTENT_GRACE_MS + 10_000);
  expect(await run()).toMatchObject({ looked: 3, resent: 2, failed: 1, timedOut: 1, complete: true });
  expect(world.bus.published.map(({ id }) => id)).toEqual([other.id, third.id]);

  world.bus.publish = publish;
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
  world.deliveries.standings = fail;
  const { record } = world.intents;
  world.intents.record = fail;
  await expect(sweep(world, { stopAt: world.clock.now() + 60_000 })).rejects.toThrow('gone');
  expect(world.cursors.values.has('intents')).toBe(false);
  expect(record).toBeDefined();
});
