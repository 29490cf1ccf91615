import { readDuration } from '../../../../cli/input/read-duration.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';

function refusal(read: () => unknown): LanewayError {
  try {
    read();
  } catch (error) {
    if (error instanceof LanewayError) return error;
  }
  throw new Error('it was not refused');
}

describe('durations of the command line', () => {
  it.each([
    ['30s', '30 seconds'],
    ['500ms', '500 milliseconds'],
    ['1.5 h', '1.5 hours'],
    ['2 minutes', '2 minutes'],
  ])('%s is %s', (given, duration) => expect(readDuration(given)).toBe(duration));

  it.each(['', '30', 's', '0s', '-1s', '5 parsecs'])('%j is refused', (given) => {
    expect(refusal(() => readDuration(given)).code).toBe('INVALID_DURATION');
  });
});
