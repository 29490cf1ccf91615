import { sweeper } from '../../../../../functions/platform/sweeper/declaration.js';
import { ARM_AHEAD_MS } from '../../../../../shared/platform/supervision/arm-timers.js';
import { SWEEP_EVERY } from '../../../../../shared/domain/base/sweep-every.js';
import { milliseconds } from '../../../../../shared/domain/base/duration.js';
import { ARMING_WINDOW_MS } from '../../../../../shared/domain/request/timer-queue.js';

test('the sweeper is deployed on the schedule that the harness and the process keep', () => {
  const schedules = sweeper.triggers.flatMap((trigger) => (trigger.kind === 'schedule' ? [trigger] : []));
  expect(schedules.filter(({ input }) => input === undefined).map(({ every }) => every)).toEqual([SWEEP_EVERY]);
});

test('what publishers leave to the sweeper lies beyond what it has looked through, by minutes', () => {
  expect(ARMING_WINDOW_MS - ARM_AHEAD_MS).toBeGreaterThanOrEqual(120_000);
  expect(ARM_AHEAD_MS).toBeGreaterThanOrEqual(2 * milliseconds(SWEEP_EVERY));
});
