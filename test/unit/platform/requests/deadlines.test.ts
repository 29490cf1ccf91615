import { fireTimer, ORPHAN_PATIENCE_MS, parseTimer } from '../../../../shared/platform/requests/fire-timer.js';
import { commandAt, openRequest, platformWorld, type PlatformWorld } from '../../../kit/stands/platform-world.js';

/** The timer that is now in the queue, whenever it fires. */
function nextTimer(world: PlatformWorld) {
  world.clock.advance(900_000);
  const [copy] = world.timerQueue.receive(1, 0);
  return copy && parseTimer(copy.body);
}

describe('a timer', () => {
  it('that lies far ahead is set again with the next hop', async () => {
    const world = platformWorld();
    const at = world.clock.now() + 3_600_000;
    await fireTimer({ requestId: 'r', at, hop: 0 }, world);
    expect(nextTimer(world)).toEqual({ requestId: 'r', at, hop: 1 });
  });

  it('that is due ends the request once, however often it comes', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command, 'token-1');
    world.wait('token-1');
    world.clock.advance(60_000);
    const timer = { requestId: command.requestid ?? '', at: world.clock.now(), hop: 2 };
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
    const timer = { requestId: command.requestid ?? '', at: world.clock.now(), hop: 0 };
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
    await fireTimer({ requestId, at: world.clock.now(), hop: 0 }, world);
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
    await fireTimer({ requestId: command.requestid ?? '', at: world.clock.now(), hop: 0 }, world);
    expect(world.bus.published).toEqual([]);
    expect(nextTimer(world)).toMatchObject({ at: later, hop: 1 });
  });

  it('without a record looks for it during five minutes, then gives up', async () => {
    const world = platformWorld();
    const started = world.clock.now();
    let timer: ReturnType<typeof parseTimer> | undefined = { requestId: 'nobody', at: started, hop: 0 };
    let looks = 0;
    while (timer && looks < 100) {
      world.clock.advanceTo(timer.at);
      await fireTimer(timer, world);
      looks++;
      const before = world.clock.now();
      world.clock.advance(20_000);
      const [copy] = world.timerQueue.receive(1, 3_600);
      timer = copy && parseTimer(copy.body);
      if (timer) expect(timer.orphanSince).toBe(started);
      if (!timer) expect(before - started).toBeGreaterThanOrEqual(ORPHAN_PATIENCE_MS);
    }
    expect(looks).toBeGreaterThan(10);
    expect(looks).toBeLessThan(30);
  });

  it('that cannot be read is refused', () => {
    expect(() => parseTimer('{"requestId":""}')).toThrow(/no timer/);
    expect(() => parseTimer('nothing')).toThrow(/no timer/);
  });
});
