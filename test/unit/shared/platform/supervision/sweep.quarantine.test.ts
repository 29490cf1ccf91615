import { EXPIRY_GRACE_MS } from '../../../../../shared/domain/delivery/expiry-grace.js';
import { CATCH_UP_MS } from '../../../../../shared/domain/quarantine/quarantine.js';
import { HELD_AGAIN_MS } from '../../../../../shared/platform/supervision/look-at-intent.js';
import { sweep } from '../../../../../shared/platform/supervision/sweep.js';
import { INTENT_GRACE_MS } from '../../../../../shared/publishing/publish-message.js';
import {
  commandAt,
  envelopeAt,
  openRequest,
  platformWorld,
  type PlatformStand,
} from '../../../../kit/stands/platform-world.js';

const run = (world: PlatformStand) => sweep(world, { stopAt: world.clock.now() + 60_000 });
const hold = (world: PlatformStand, kind: 'agent' | 'client', name: string) =>
  world.quarantines.begin({
    ...{ kind, name, by: 'ana', why: 'it lied' },
    since: new Date(world.clock.now()).toISOString(),
  });
const release = (world: PlatformStand, kind: 'agent' | 'client', name: string) =>
  world.quarantines.end({ kind, name }, new Date(world.clock.now()).toISOString());
const intend = (world: PlatformStand, type = 'OrderPlaced') => {
  const envelope = envelopeAt(world.clock.now(), type, { order: '1' });
  return world.intents
    .record([{ envelope, expected: ['warehouse'] }], world.clock.now() + INTENT_GRACE_MS)
    .then(() => envelope);
};

it('neither sends again nor gives up what waits for an agent in quarantine, nor for the days in which it catches up', async () => {
  const world = platformWorld();
  await hold(world, 'agent', 'warehouse');
  const { expires } = await intend(world);
  world.clock.advanceTo(Date.parse(expires) + EXPIRY_GRACE_MS + 3_000);
  expect(await run(world)).toMatchObject({ looked: 1, resent: 0, undeliverable: 0, failed: 0 });
  await release(world, 'agent', 'warehouse');
  world.clock.advance(HELD_AGAIN_MS + 3_000);
  expect(await run(world)).toMatchObject({ looked: 1, resent: 0, undeliverable: 0 });
  world.clock.advance(CATCH_UP_MS);
  expect(await run(world)).toMatchObject({ looked: 1, undeliverable: 1 });
});

it('sends nothing in the name of a client in quarantine, and sends it after the release', async () => {
  const world = platformWorld();
  const { source } = await intend(world);
  await hold(world, 'client', source.split('.').at(-1) ?? '');
  world.clock.advance(INTENT_GRACE_MS + 3_000);
  expect(await run(world)).toMatchObject({ looked: 1, resent: 0 });
  expect(world.bus.published).toEqual([]);
  await release(world, 'client', source.split('.').at(-1) ?? '');
  world.clock.advance(HELD_AGAIN_MS + 3_000);
  expect(await run(world)).toMatchObject({ looked: 1, resent: 1 });
});

describe('an attempt that waits for an agent in quarantine', () => {
  it('is ended once for all runs, on the channel that ends its request', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command);
    await hold(world, 'agent', 'warehouse');
    expect(await run(world)).toMatchObject({ movedOn: 1 });
    await run(world);
    const told = world.ofType('RequestFailed');
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(told[0]).toMatchObject({
      ...{ channel: 'system.timeouts', requestid: command.requestid, causationid: command.id },
      data: { code: 'QUARANTINED', type: command.type, attempt: 1 },
    });
  });

  it('goes on while nobody is held, or another one', async () => {
    const world = platformWorld();
    await openRequest(world, commandAt(world.clock.now()));
    expect(await run(world)).toMatchObject({ movedOn: 0 });
    await hold(world, 'agent', 'porter');
    expect(await run(world)).toMatchObject({ movedOn: 0 });
    expect(world.ofType('RequestFailed')).toEqual([]);
  });

  it('whose end cannot be told is counted, and told by the next run', async () => {
    const world = platformWorld();
    await openRequest(world, commandAt(world.clock.now()));
    await hold(world, 'agent', 'warehouse');
    world.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'later' }));
    expect(await run(world)).toMatchObject({ movedOn: 0, failed: 1 });
    world.bus.refuse(() => undefined);
    expect(await run(world)).toMatchObject({ movedOn: 1 });
  });
});
