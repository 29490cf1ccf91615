import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import {
  armTimers,
  LATE_OPENING_MS,
  LOOK_AT_ALL_EVERY_MS,
} from '../../../../../shared/platform/supervision/arm-timers.js';
import type { PendingRecord } from '../../../../../shared/domain/request/pending.js';
import { parseTimer } from '../../../../../shared/platform/requests/fire-timer.js';
import { commandAt, openRequest, platformWorld, type PlatformStand } from '../../../../kit/stands/platform-world.js';

const MINUTE = 60_000;
const run = (world: PlatformStand) => armTimers(world, world.clock.now() + MINUTE);
const never = (world: PlatformStand) => armTimers(world, world.clock.now());

/** Opens a request that is due so many milliseconds from now. @returns its id */
async function open(world: PlatformStand, inMs: number, own: Partial<PendingRecord> = {}): Promise<string> {
  const now = world.clock.now();
  const command = commandAt(now, { deadline: new Date(now + inMs).toISOString() });
  await openRequest(world, command, undefined, own);
  return command.requestid ?? '';
}

/** Takes the timers out of the queue. @returns the requests that they are for */
function taken(world: PlatformStand): string[] {
  const ids = world.timerQueue.peek().map((body) => parseTimer(body).requestId);
  world.timerQueue.loseUnreceived();
  return ids;
}

const replied = (world: PlatformStand, requestId: string) =>
  world.pending.close(requestId, {
    ...{ state: 'replied', by: 'm', at: new Date(world.clock.now()).toISOString(), data: {} },
    ...{ type: 'StockReserved', dataschema: 'urn:laneway:StockReserved:1' },
  });

test('a request is armed once, when it is near; one that was answered before is not', async () => {
  const world = platformWorld();
  const [slow, quick] = [await open(world, 60 * MINUTE), await open(world, 60 * MINUTE)];
  const armed: string[] = [];
  for (let minutes = 0; minutes < 60; minutes += 5) {
    if (minutes === 30) await replied(world, quick);
    expect((await run(world)).timedOut).toBe(0);
    if (minutes < 50) expect(world.timerQueue.size).toBe(0);
    const at = world.timerQueue.peek().map((body) => parseTimer(body).at);
    expect(at).toEqual(at.length === 0 ? [] : [Date.UTC(2026, 0, 1, 1)]);
    armed.push(...taken(world));
    world.clock.advance(5 * MINUTE);
  }
  expect(armed).toEqual([slow]);
});

test('a request that its publisher armed is left alone, until its deadline is another', async () => {
  const world = platformWorld();
  const deadline = new Date(world.clock.now() + 8 * MINUTE).toISOString();
  await open(world, 8 * MINUTE, { armed: deadline });
  const moved = await open(world, 9 * MINUTE, { armed: deadline });
  expect(await run(world)).toEqual({ armed: 1, timedOut: 0, failed: 0, complete: true });
  expect(taken(world)).toEqual([moved]);
});

test('an overdue request is armed in every run until it has ended, however long it takes', async () => {
  const world = platformWorld();
  const requestId = await open(world, MINUTE, { armed: new Date(world.clock.now() + MINUTE).toISOString() });
  world.clock.advance(MINUTE + 59_000);
  expect(await run(world)).toMatchObject({ timedOut: 0 });
  for (let runs = 0; runs < 1_000; runs++) {
    world.clock.advance(5 * MINUTE);
    expect(await run(world)).toMatchObject({ armed: 0, timedOut: 1, complete: true });
    expect(taken(world)).toEqual([requestId]);
  }
  await replied(world, requestId);
  world.clock.advance(5 * MINUTE);
  expect(await run(world)).toMatchObject({ timedOut: 0 });
});

test('a request that comes in with a deadline of hours ago is found by the next run, one of days ago within a day', async () => {
  const world = platformWorld();
  world.clock.advance(10 * LOOK_AT_ALL_EVERY_MS);
  await run(world);
  const late = await open(world, 1_000 - LATE_OPENING_MS);
  const older = await open(world, -3 * LOOK_AT_ALL_EVERY_MS);
  world.clock.advance(2 * MINUTE);
  await replied(world, late);
  const hours = await open(world, 10 * MINUTE - LATE_OPENING_MS);
  await run(world);
  expect(taken(world)).toEqual([hours]);
  world.clock.advance(LOOK_AT_ALL_EVERY_MS);
  await run(world);
  expect(taken(world)).toEqual([older, hours]);
  world.clock.advance(5 * MINUTE);
  await run(world);
  expect(taken(world)).toEqual([older, hours]);
});

test('more overdue requests than one run can arm: the next ones go on, and then begin again', async () => {
  const world = platformWorld();
  const all: string[] = [];
  for (let index = 0; index < 50; index++) all.push(await open(world, 1_000 + index));
  world.clock.advance(3 * MINUTE);
  expect(await never(world)).toMatchObject({ timedOut: 20, complete: false });
  let runs = 1;
  for (let isLeft = true; isLeft && runs < 10; runs++) isLeft = !(await never(world)).complete;
  expect(runs).toBeLessThan(10);
  expect(new Set(taken(world))).toEqual(new Set(all));
  expect(await run(world)).toMatchObject({ timedOut: 50, complete: true });
});

test('more requests that come due than one run can arm: all are armed, those at which a run stopped twice', async () => {
  const world = platformWorld();
  const all: string[] = [];
  for (let index = 0; index < 50; index++) all.push(await open(world, 5 * MINUTE + index));
  const runs = [await never(world), await never(world), await never(world), await never(world)];
  expect(runs.map(({ armed }) => armed)).toEqual([20, 20, 12, 0]);
  expect(new Set(taken(world))).toEqual(new Set(all));
});

test('a timer that cannot be set holds no other back, and the request gets one when it is overdue', async () => {
  const world = platformWorld();
  const [first, second] = [await open(world, 4 * MINUTE), await open(world, 5 * MINUTE)];
  const set = world.timers.set.bind(world.timers);
  const timers = {
    set: (...given: Parameters<typeof set>) =>
      given[0].requestId === first ? Promise.reject(new LanewayError('UNAVAILABLE', 'this one only')) : set(...given),
  };
  expect(await armTimers({ ...world, timers }, world.clock.now() + MINUTE)).toEqual({
    ...{ armed: 1, timedOut: 0, failed: 1, complete: true },
  });
  expect(taken(world)).toEqual([second]);
  await replied(world, second);
  world.clock.advance(6 * MINUTE);
  await run(world);
  expect(taken(world)).toEqual([first]);
});

test('a request that has ended and was not told of gets a timer an hour, until it is', async () => {
  const world = platformWorld();
  const requestId = await open(world, MINUTE);
  world.clock.advance(MINUTE);
  const record = await world.pending.get(requestId);
  const at = new Date(world.clock.now()).toISOString();
  await world.pending.close(requestId, { state: 'timed-out', by: 'timer', at }, record);
  const armed: number[] = [];
  for (let runs = 1; runs <= 36; runs++) {
    world.clock.advance(5 * MINUTE);
    await run(world);
    if (taken(world).includes(requestId)) armed.push(5 * runs);
  }
  expect(armed).toEqual([60, 120, 180]);
  await world.pending.told(requestId);
  world.clock.advance(60 * MINUTE);
  await run(world);
  expect(taken(world)).toEqual([]);
});
