import { timeLeft } from '../../../../../cli/render/operators/channels.js';

it.each([
  [0, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_661_000, '1 h 1 min'],
  [86_400_000 + 3_000, '1 d'],
  [3 * 86_400_000 + 5 * 3_600_000 + 59_000, '3 d 5 h'],
])('%i ms are %s', (ms, text) => {
  expect(timeLeft(ms)).toBe(text);
});
