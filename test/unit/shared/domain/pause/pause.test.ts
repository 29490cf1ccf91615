import * as fc from 'fast-check';
import {
  countdownOf,
  isEarlier,
  pausedDelay,
  PAUSED_FIRST_MS,
  PAUSED_MOST_MS,
  type ChannelPause,
  type WaitingMessage,
} from '../../../../../shared/domain/pause/pause.js';

const START = Date.UTC(2026, 0, 1);
const at = (ms: number): string => new Date(START + ms).toISOString();
const pause: ChannelPause = { channel: 'orders', by: 'ana', why: 'wrong', since: at(0) };
const waiting = (expires: number, more: Partial<WaitingMessage> = {}): WaitingMessage => ({
  ...{ agent: 'clerk', channel: 'orders', since: at(0), expires: at(expires), sent: at(0) },
  ...more,
});
const DAY = 86_400_000;

it.each([
  ['whenever it came', { min: 0, max: DAY }],
  ['however far the clock of whoever paused it is ahead', { min: -5 * DAY, max: 0 }],
])('a copy is received fewer than 100 times in the four days that its lane keeps it, %s', (_name, range) => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer(range), (random, came) => {
      const expires = START + came + 4 * DAY;
      let receives = 1;
      for (let now = came; now < came + 4 * DAY; receives++)
        now += pausedDelay(pause, { expires, receives }, START + now, random);
      expect(receives - 1).toBeLessThan(95);
    }),
  );
});

it('what was received often for other reasons stays away for a third of its time at most', () => {
  const expires = START + 600_000;
  expect(pausedDelay(pause, { expires, receives: 90 }, START, 0.5)).toBeLessThanOrEqual(200_000);
});

it('a copy is late by a quarter of the pause at most, or half a minute, and comes just after it has expired', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.nat(4 * DAY),
      fc.nat(4 * DAY),
      (random, age, left) => {
        const delay = pausedDelay(pause, { expires: START + age + left, receives: 10 }, START + age, random);
        expect(delay).toBeGreaterThan(0);
        expect(delay).toBeLessThanOrEqual(Math.min(PAUSED_MOST_MS, Math.max(PAUSED_FIRST_MS, age / 4)) + 1);
        expect(delay).toBeLessThanOrEqual(left + 1_000);
      },
    ),
  );
});

describe('the countdown', () => {
  it('is of the message that expires first, and of the lane that drops one first', () => {
    const found = countdownOf(pause, [waiting(5 * DAY), waiting(DAY, { agent: 'archive', sent: at(-DAY) })], START);
    expect(found).toEqual({ expires: at(DAY), expiresInMs: DAY, dropped: at(3 * DAY), droppedInMs: 3 * DAY });
  });

  it('knows nothing of another pause, nor of what has expired', () => {
    expect(countdownOf(pause, [waiting(DAY, { since: at(-1) }), waiting(10)], START + 10)).toBeUndefined();
  });
});

it('an earlier one takes the place of one that is noted, and so does any when that is over or of another pause', () => {
  expect(isEarlier(waiting(10), undefined, START)).toBe(true);
  expect(isEarlier(waiting(10), waiting(11), START)).toBe(true);
  expect(isEarlier(waiting(10), waiting(10), START)).toBe(false);
  expect(isEarlier(waiting(30), waiting(20), START + 20)).toBe(true);
  expect(isEarlier(waiting(30), waiting(20, { since: at(-1) }), START)).toBe(true);
});
