import type { FunctionState } from '../../../../../shared/domain/registry/function-state.js';
import type { InstanceClaim } from '../../../../../shared/domain/registry/instance.js';
import {
  lookAtFunction,
  lookAtInstance,
  type InstanceTerms,
  withDrain,
  type InstanceStanding,
} from '../../../../../shared/domain/registry/standing.js';

const START = Date.UTC(2026, 0, 1);
const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();
const DRAIN = { agent: 'packer', by: 'ana', why: 'new disk', since: at(0) };

function claim(beat: number, seconds: number, own: Partial<InstanceClaim> = {}): InstanceClaim {
  return {
    ...{ application: 'depot', agent: 'packer', instance: 'one', capabilities: {}, maxConcurrentTasks: 2 },
    ...{ started: at(0), epoch: 1, beat, at: at(seconds), state: 'ready', currentTasks: 0 },
    ...own,
  };
}

function look(one: InstanceClaim, before: InstanceStanding | undefined, seconds: number, terms: InstanceTerms = {}) {
  return lookAtInstance(one, terms, before, START + seconds * 1_000);
}

describe('a look at an instance', () => {
  it('finds it offline 60 seconds after its last heartbeat, and not before', () => {
    const first = look(claim(1, 0), undefined, 0);
    const second = look(claim(3, 50), first, 60);
    expect(second).toMatchObject({ status: 'ready', heard: at(50), transition: 1, told: false });
    expect(look(claim(3, 50), second, 109)).toMatchObject({ status: 'ready', transition: 1 });
    expect(look(claim(3, 50), second, 110)).toMatchObject({
      ...{ status: 'offline', from: 'ready', cause: 'silent for 60 seconds', since: at(110), transition: 2 },
    });
  });

  it('allows the silence that the topology gives', () => {
    const patient = { silence: 240_000 };
    const first = look(claim(1, 0), undefined, 0, patient);
    const second = look(claim(3, 50), first, 60, patient);
    expect(look(claim(3, 50), second, 289, patient)).toMatchObject({ status: 'ready' });
    expect(look(claim(3, 50), second, 290, patient)).toMatchObject({
      status: 'offline',
      cause: 'silent for 240 seconds',
    });
  });

  it('measures silence by the clock of who looks, whatever the instance says of the time', () => {
    for (const skew of [-600, 600, 86_400 * 365]) {
      const first = look(claim(1, skew), undefined, 0);
      const second = look(claim(2, 40 + skew), first, 60);
      expect(second).toMatchObject({ status: 'ready', heard: at(60) });
      expect(look(claim(2, 40 + skew), second, 119).status).toBe('ready');
      expect(look(claim(2, 40 + skew), second, 120).status).toBe('offline');
    }
  });

  it('brings it back by one transition with its next heartbeat', () => {
    const gone = look(claim(1, 0), look(claim(1, 0), undefined, 0), 60);
    expect(gone.status).toBe('offline');
    const back = look(claim(2, 110), gone, 120);
    expect(back).toMatchObject({ status: 'ready', from: 'offline', transition: gone.transition + 1 });
  });

  it('tells busy from ready by its room, and takes its word on draining and its end', () => {
    const ready = look(claim(1, 0), undefined, 0);
    expect(look(claim(2, 30, { currentTasks: 2 }), ready, 60)).toMatchObject({ status: 'busy', from: 'ready' });
    expect(look(claim(2, 30, { state: 'draining' }), ready, 60).status).toBe('maintenance');
    expect(look(claim(2, 30, { state: 'gone' }), ready, 60)).toMatchObject({
      status: 'offline',
      cause: 'it has ended',
    });
    expect(look(claim(0, 0, { state: 'initializing' }), undefined, 0).status).toBe('initializing');
  });

  it('names who drained it, and a drain never hides its silence', () => {
    const ready = look(claim(1, 0), undefined, 0);
    expect(look(claim(2, 30), ready, 60, { drain: DRAIN })).toMatchObject({
      ...{ status: 'maintenance', cause: 'drained by ana: new disk' },
    });
    expect(look(claim(1, 0), ready, 60, { drain: DRAIN }).status).toBe('offline');
  });

  it('tells of no place of the account that an instance gives as its reason', () => {
    const ill = 'https://sqs.eu-west-1.amazonaws.com/123456789012/lane is gone';
    expect(look(claim(1, 0, { report: { ill } }), undefined, 0)).toMatchObject({
      ...{ status: 'failed', cause: 'its probe says: (an address) is gone' },
    });
  });

  it('keeps cause, instant and number while nothing changes', () => {
    const first = { ...look(claim(1, 0), undefined, 0), told: true };
    const second = look(claim(3, 59), first, 60);
    expect(second).toEqual({ ...first, beat: 3, heard: at(59), looked: at(60) });
  });
});

describe('a look at a function', () => {
  const WELL: FunctionState = { state: 'active', mappings: 2, enabled: 2, waiting: 0, inHand: 0 };
  const seen = (state: Partial<FunctionState>, seconds = 0, before?: InstanceStanding, drained = false) =>
    lookAtFunction('clerk', { ...WELL, ...state }, drained ? DRAIN : undefined, before, START + seconds * 1_000);

  it('tells its status from function, mappings and lanes', () => {
    expect(seen({})).toMatchObject({ instance: 'function', status: 'ready', currentTasks: 0 });
    expect(seen({ state: 'failed' }).status).toBe('failed');
    expect(seen({ state: 'pending' }).status).toBe('initializing');
    expect(seen({ enabled: 0 })).toMatchObject({ status: 'offline', cause: '2 of 2 mappings are off' });
    expect(seen({ enabled: 1 }).status).toBe('maintenance');
    expect(seen({ inHand: 4, most: 4 })).toMatchObject({ status: 'busy', currentTasks: 4, maxConcurrentTasks: 4 });
    expect(seen({ enabled: 0 }, 0, undefined, true).status).toBe('maintenance');
  });

  it('fails when messages have waited for two minutes with none in hand, and begins anew when they move', () => {
    const first = seen({ waiting: 3 });
    expect(first).toMatchObject({ status: 'ready', waitingSince: at(0) });
    const moving = seen({ waiting: 3, inHand: 1 }, 60, first);
    expect(moving.waitingSince).toBeUndefined();
    const still = seen({ waiting: 3 }, 60, first);
    expect(still.status).toBe('ready');
    const stuck = seen({ waiting: 3 }, 120, still);
    expect(stuck).toMatchObject({ status: 'failed', cause: '3 messages wait, and it has none in hand' });
    const anew = seen({}, 180, stuck);
    expect(anew).toMatchObject({ status: 'initializing', from: 'failed' });
    expect(seen({}, 240, anew)).toMatchObject({ status: 'ready', from: 'initializing' });
  });

  it('is shown as drained from the order on', () => {
    const ready = seen({});
    expect(withDrain(ready, DRAIN)).toMatchObject({ status: 'maintenance', since: DRAIN.since });
    expect(withDrain(ready, undefined)).toBe(ready);
    const failed = seen({ state: 'failed' });
    expect(withDrain(failed, DRAIN)).toBe(failed);
  });
});
