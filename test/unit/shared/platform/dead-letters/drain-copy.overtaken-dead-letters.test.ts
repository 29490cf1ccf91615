import { jest } from '@jest/globals';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { deliveryKeyOf, factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import type { DeadCopy } from '../../../../../shared/platform/dead-letters/dead-copy.js';
import { drainCopy } from '../../../../../shared/platform/dead-letters/drain-copy.js';
import { commandAt, overTheBus, platformWorld } from '../../../../kit/stands/platform-world.js';

// A receiver writes the dead letter before the outcome. What is done here is what the drain finds when it died in between.

const ERROR = { code: 'HANDLER', message: 'order 17 is gone', name: 'Error', retryable: false } as const;

function stand() {
  const world = platformWorld();
  const command = commandAt(world.clock.now());
  const key = deliveryKeyOf(command, 'warehouse');
  const lease = (owner: string) => {
    const now = world.clock.now();
    return world.deliveries.lease(key, factsOf(command), { owner, now, until: now + 30_000, alone: true });
  };
  const complete = (owner: string) =>
    world.deliveries.settle(key, owner, { state: 'completed', copy: 'c1', at: world.clock.now(), emissions: [] });
  /** The dead letter that a receiver writes at this moment. */
  const letter = (error: { readonly code: string } = ERROR): DeadCopy => ({
    ...{ copy: 'letter-1', attributes: {}, origin: { kind: 'mailbox', receiver: 'warehouse' }, returns: 0 },
    body: JSON.stringify({
      ...{ laneway: 'dead-letter', receiver: 'warehouse', copy: 'c0', reason: 'exhausted', error, tries: 3 },
      ...{ at: new Date(world.clock.now()).toISOString(), body: overTheBus(command) },
    }),
  });
  const letters = () => world.entries(command.correlationid, 'dead-letter');
  const nothingTold = async () => {
    expect(await letters()).toEqual([]);
    expect([world.bus.published.length, world.counted.length]).toEqual([0, 0]);
  };
  return { world, key, lease, complete, letter, letters, nothingTold };
}

test('a letter waits for the outcome while its writer may still write it', async () => {
  const { world, key, lease, letter, letters, nothingTold } = stand();
  await lease('one');
  const dead = letter();
  await expect(drainCopy(dead, world)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await nothingTold();
  const outcome = { state: 'dead-lettered', copy: 'c0', at: world.clock.now(), emissions: [], error: ERROR } as const;
  await world.deliveries.settle(key, 'one', outcome);
  await drainCopy(dead, world);
  expect(await letters()).toMatchObject([{ deadLetter: { reason: 'exhausted', receiver: 'warehouse' } }]);
});

test('a letter whose writer died before the outcome is given one, which no later copy changes', async () => {
  const { world, key, lease, letter, letters } = stand();
  await lease('one');
  const dead = letter();
  world.clock.advance(31_000);
  await drainCopy(dead, world);
  expect(await world.deliveries.get(key)).toMatchObject({ state: 'dead-lettered', copy: 'c0' });
  expect(await letters()).toHaveLength(1);
  expect(await lease('two')).toMatchObject({ kind: 'settled' });
});

test('a letter of a delivery that somebody else has completed is told to nobody', async () => {
  const { world, lease, complete, letter, nothingTold } = stand();
  await lease('one');
  const dead = letter();
  world.clock.advance(31_000);
  await lease('two');
  await expect(drainCopy(dead, world)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await complete('two');
  await drainCopy(dead, world);
  await nothingTold();
});

test('a letter of a delivery that another try has gone on with is told to nobody', async () => {
  const { world, key, lease, letter, nothingTold } = stand();
  await lease('one');
  const dead = letter();
  world.clock.advance(31_000);
  await lease('two');
  await world.deliveries.release(key, 'two', ERROR, world.clock.now());
  await drainCopy(dead, world);
  await nothingTold();
  expect(await world.deliveries.get(key)).toMatchObject({ state: 'retrying' });
});

test('a letter stands in the ledger though nobody knows yet whether its request ends, and is told of then', async () => {
  const { world, lease, letter, letters } = stand();
  await lease('one');
  const dead = letter();
  world.clock.advance(31_000);
  const away = jest.spyOn(world.pending, 'get').mockRejectedValue(new LanewayError('UNAVAILABLE', 'the table is away'));
  await expect(drainCopy(dead, world)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await letters()).toMatchObject([{ deadLetter: { reason: 'exhausted', receiver: 'warehouse' } }]);
  expect([world.bus.published.length, world.counted.length]).toEqual([0, 0]);
  away.mockRestore();
  await drainCopy(dead, world);
  expect(await letters()).toHaveLength(1);
  expect([world.ofType('ErrorReported').length, world.counted.length]).toEqual([1, 1]);
});

test.each(['at work', 'waiting for its next try'])(
  'a forged text ends no delivery whose id it names: one %s',
  async (how) => {
    const { world, key, lease, complete, letter, nothingTold } = stand();
    await lease('one');
    if (how !== 'at work') await world.deliveries.release(key, 'one', ERROR, world.clock.now());
    world.clock.advance(1_000);
    await drainCopy(letter({ ...ERROR, code: 'SENDER_MISMATCH' }), world);
    await nothingTold();
    expect(await world.deliveries.get(key)).toMatchObject({ state: how === 'at work' ? 'leased' : 'retrying' });
    if (how !== 'at work') await lease('one');
    expect(await complete('one')).toBe('stored');
  },
);
