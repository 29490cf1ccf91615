import { divideStarts, StartPace } from '../../../../../shared/platform/workflows/start-pace.js';
import { ManualClock } from '../../../../../shared/testing/memory/manual-clock.js';

/** Instants at which a process starts `count` executions that are all there at once, milliseconds from the beginning. */
function instantsOf(pace: StartPace, clock: ManualClock, count: number): number[] {
  const began = clock.now();
  return Array.from({ length: count }, () => clock.now() - began + pace.take(Infinity));
}

/** StartExecution's own bucket: the calls that it refuses. */
function refused(instants: readonly number[], size: number, refill: number): number {
  let [tokens, last, lost] = [size, 0, 0];
  for (const at of [...instants].sort((a, b) => a - b)) {
    tokens = Math.min(size, tokens + ((at - last) * refill) / 1_000);
    last = at;
    if (tokens < 1) lost++;
    else tokens--;
  }
  return lost;
}

test.each([
  [undefined, 800, 150],
  [200, 1_300, 300],
  [1_900, 19_000, 2_000],
])('all processes at %s a second stay below a bucket of %d that fills by %d a second', (perSecond, size, refill) => {
  const { processes, rate } = divideStarts(perSecond);
  const clock = new ManualClock();
  const instants = Array.from({ length: processes }, () => instantsOf(new StartPace(rate, clock), clock, 500)).flat();
  expect(refused(instants, size, refill)).toBe(0);
  // A bucket that filled only half as fast would refuse some: the processes do not simply wait for ever.
  expect(refused(instants, size / 4, refill / 4)).toBeGreaterThan(0);
});

test('a process that paused starts a burst at once, and then at its pace', () => {
  const clock = new ManualClock();
  const pace = new StartPace({ perSecond: 10, burst: 3 }, clock);
  expect(instantsOf(pace, clock, 6)).toEqual([0, 0, 0, 100, 200, 300]);
  clock.advance(60_000);
  expect(instantsOf(pace, clock, 5)).toEqual([0, 0, 0, 100, 200]);
});

test('a start that would come too late is refused, and takes no turn', () => {
  const clock = new ManualClock();
  const pace = new StartPace({ perSecond: 1, burst: 1 }, clock);
  expect(pace.take(Infinity)).toBe(0);
  expect(() => pace.take(clock.now() + 500)).toThrow('no time left');
  expect(pace.take(clock.now() + 1_000)).toBe(1_000);
});

test('starts are divided over at least two processes', () => {
  expect(divideStarts()).toEqual({ processes: 5, rate: { perSecond: 20, burst: 100 } });
  expect(divideStarts(1)).toEqual({ processes: 2, rate: { perSecond: 0.5, burst: 2 } });
  expect(divideStarts(2_000).processes).toBe(100);
});

test.each([0, -1, NaN, Infinity, 20_001])('%d starts a second are refused', (perSecond) => {
  expect(() => divideStarts(perSecond)).toThrow(/INVALID_OPTION|executions a second/);
});
