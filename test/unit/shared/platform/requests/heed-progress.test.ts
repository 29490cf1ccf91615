import { deliveryKeyOf, factsOf, type NotedProgress } from '../../../../../shared/domain/delivery/delivery.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { fireTimer } from '../../../../../shared/platform/requests/fire-timer.js';
import { heedProgress } from '../../../../../shared/platform/requests/heed-progress.js';
import { commandAt, openRequest, platformWorld } from '../../../../kit/stands/platform-world.js';

const MINUTE = 60_000;

/** A request of one minute, which the warehouse works on; progress may move its end by ten minutes at most. */
async function worked() {
  const world = platformWorld();
  const now = world.clock.now();
  const command = commandAt(now, { expires: new Date(now + MINUTE).toISOString() });
  const [end, bound] = [now + MINUTE, now + 10 * MINUTE];
  await openRequest(world, command, undefined, { receiver: 'warehouse', bound: new Date(bound).toISOString() });
  const key = deliveryKeyOf(command, 'warehouse');
  await world.deliveries.lease(key, factsOf(command), { owner: 'w', now, until: now + 30 * MINUTE, alone: false });
  const note = (at: string) =>
    world.deliveries.progress(key, 'w', { fraction: 0.5, at } satisfies NotedProgress).then((noted) => {
      expect(noted).toBe('stored');
    });
  const record = async () => {
    const found = await world.pending.get(command.requestid ?? '');
    if (!found) throw new Error('the request is gone');
    return found;
  };
  const heed = async () => heedProgress(await record(), world);
  return { world, now, end, bound, note, record, heed, requestId: command.requestid ?? '' };
}

test('progress gives an attempt as much time again, counted from its note', async () => {
  const { now, end, note, record, heed } = await worked();
  expect(await heed()).toBeUndefined();
  await note(new Date(now + 40_000).toISOString());
  expect(await heed()).toBe(end + 40_000);
  expect(Date.parse((await record()).deadline)).toBe(end + 40_000);
  expect(await heed()).toBeUndefined();
});

test.each([
  ['a note from the far future', '2999-01-01T00:00:00.000Z', true],
  ['a note without a time', 'soon', false],
  ['a note older than the attempt', '2001-01-01T00:00:00.000Z', false],
])('%s moves the end to the bound at most', async (_, at, moves) => {
  const { bound, note, heed } = await worked();
  await note(at);
  expect(await heed()).toBe(moves ? bound : undefined);
});

test('a delivery that cannot be read holds no request open: its time ends', async () => {
  const { world, end, record, requestId } = await worked();
  world.deliveries.get = () => Promise.reject(new SyntaxError('Unexpected end of JSON input'));
  world.clock.advance(MINUTE);
  await fireTimer({ requestId, at: end }, world);
  expect((await record()).outcome).toMatchObject({ state: 'timed-out' });
});

test('a store that is away is asked again by the timer', async () => {
  const { world, end, requestId, record } = await worked();
  world.deliveries.get = () => Promise.reject(new LanewayError('UNAVAILABLE', 'away', { retryable: true }));
  world.clock.advance(MINUTE);
  await expect(fireTimer({ requestId, at: end }, world)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect((await record()).outcome).toBeUndefined();
});
