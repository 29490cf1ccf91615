import {
  fireTimer,
  MOST_LOOKS,
  ORPHAN_PATIENCE_MS,
  parseTimer,
  takeTimer,
} from '../../../../../shared/platform/requests/fire-timer.js';
import { commandAt, openRequest, platformWorld, type PlatformStand } from '../../../../kit/stands/platform-world.js';

/** The timer that is now in the queue, whenever it fires. */
function nextTimer(world: PlatformStand) {
  world.clock.advance(900_000);
  const [copy] = world.timerQueue.receive(1, 0);
  return copy && parseTimer(copy.body);
}

describe('a timer', () => {
  it.each([
    ['comes again then, where its deadline is near', 600_000, true],
    ['ends, where its deadline is so far ahead that the sweeper arms it', 3_600_000, false],
  ])('that comes early %s, and sets no other', async (_, ahead, comesAgain) => {
    const world = platformWorld();
    const at = world.clock.now() + ahead;
    const command = commandAt(world.clock.now(), { deadline: new Date(at).toISOString() });
    await openRequest(world, command);
    const timer = { requestId: command.requestid ?? '', at: world.clock.now() };
    expect(await fireTimer(timer, world)).toBe(comesAgain ? at : undefined);
    expect(nextTimer(world)).toBeUndefined();
  });

  it('that is due ends the request once, however often it comes', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command, 'token-1');
    world.wait('token-1');
    world.clock.advance(60_000);
    const timer = { requestId: command.requestid ?? '', at: world.clock.now() };
    await fireTimer(timer, world);
    await fireTimer(timer, world);
    expect(world.answers).toMatchObject([{ ok: false, error: 'RequestTimedOut' }]);
    const told = world.ofType('RequestTimedOut');
    expect(new Set(told.map((envelope) => envelope.id)).size).toBe(1);
    expect(told[0]).toMatchObject({
      channel: 'system.timeouts',
      correlationid: command.correlationid,
      causationid: command.id,
      hops: 1,
      data: { requestId: command.requestid, type: 'ReserveStock', attempt: 1 },
    });
    expect(await world.entries(command.correlationid, 'request')).toMatchObject([{ request: { state: 'timed-out' } }]);
  });

  it('tells again when it could not publish the first time', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command, 'token-1');
    world.wait('token-1');
    world.clock.advance(60_000);
    const timer = { requestId: command.requestid ?? '', at: world.clock.now() };
    world.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'slow down' }));
    await expect(fireTimer(timer, world)).rejects.toMatchObject({ code: 'PUBLISH' });
    expect(world.answers).toHaveLength(0);
    world.bus.refuse();
    await fireTimer(timer, world);
    expect([world.answers.length, world.ofType('RequestTimedOut').length]).toEqual([1, 1]);
  });

  it('of an answered request does nothing', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command);
    const requestId = command.requestid ?? '';
    await world.pending.close(requestId, {
      ...{ state: 'replied', by: 'm', at: new Date(world.clock.now()).toISOString(), data: {} },
      ...{ type: 'StockReserved', dataschema: 'urn:laneway:StockReserved:1' },
    });
    world.clock.advance(60_000);
    await fireTimer({ requestId, at: world.clock.now() }, world);
    expect([world.bus.published, nextTimer(world)]).toEqual([[], undefined]);
  });

  it('follows a deadline that was moved', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    const later = world.clock.now() + 300_000;
    const bound = new Date(later).toISOString();
    await openRequest(world, command, undefined, { bound });
    await world.pending.extend(command.requestid ?? '', command.id, bound);
    world.clock.advance(60_000);
    const timer = { requestId: command.requestid ?? '', at: world.clock.now() };
    expect(await fireTimer(timer, world)).toBe(later);
    expect([world.bus.published, nextTimer(world)]).toEqual([[], undefined]);
  });

  it('whose deadline is moved on and on waits for it often, and not for ever', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command);
    const deadline = Date.parse(command.deadline ?? '');
    const body = JSON.stringify({ requestId: command.requestid, at: world.clock.now() });
    expect(await takeTimer({ copy: 'c', body, receives: MOST_LOOKS - 1 }, world)).toBe(deadline);
    expect(await takeTimer({ copy: 'c', body, receives: MOST_LOOKS }, world)).toBeUndefined();
  });

  it('without a record looks for it during five minutes, then gives up', async () => {
    const world = platformWorld();
    const at = world.clock.now();
    let looks = 0;
    for (let next: number | undefined = at; next !== undefined && looks < 100; looks++) {
      world.clock.advanceTo(next);
      next = await fireTimer({ requestId: 'nobody', at }, world);
    }
    expect(world.clock.now() - at).toBeGreaterThanOrEqual(ORPHAN_PATIENCE_MS);
    expect(looks).toBeGreaterThan(10);
    expect(looks).toBeLessThan(30);
    expect(nextTimer(world)).toBeUndefined();
  });

  it('of an earlier release, with its hops, is read', () => {
    expect(parseTimer('{"requestId":"r","at":5,"hop":3,"orphanSince":4}')).toEqual({ requestId: 'r', at: 5 });
  });

  it('that cannot be read is refused', () => {
    expect(() => parseTimer('{"requestId":""}')).toThrow(/no timer/);
    expect(() => parseTimer('nothing')).toThrow(/no timer/);
  });

  it('that no repetition helps is put aside once: what is no timer, and one whose record cannot be read', async () => {
    const world = platformWorld();
    expect(await takeTimer({ copy: 'c1', body: 'nothing' }, world)).toBeUndefined();
    const command = commandAt(world.clock.now());
    await openRequest(world, command);
    const requestId = command.requestid ?? '';
    world.pending.spoil(requestId, { requestId, attempt: 'many' });
    const body = JSON.stringify({ requestId, at: world.clock.now() });
    expect(await takeTimer({ copy: 'c2', body }, world)).toBeUndefined();
    expect(world.deadLetters.sent).toMatchObject([
      { receiver: 'platform:deadlines', copy: 'c1', reason: 'unparseable', body: 'nothing' },
      { receiver: 'platform:deadlines', copy: 'c2', reason: 'permanent', error: { code: 'UNREADABLE' }, body },
    ]);
  });
});
