import { milliseconds, type Duration } from '../../shared/domain/base/duration.js';
import { LanewayError } from '../../shared/domain/base/errors.js';

const units = { ms: 'milliseconds', s: 'seconds', m: 'minutes', min: 'minutes', h: 'hours', d: 'days' } as const;

/**
 * A duration as it is typed in a shell: `30s`, `500ms`, `5m`, `2h`, or as Laneway spells it: `'30 seconds'`.
 * @throws LanewayError INVALID_DURATION
 */
export function readDuration(given: string): Duration {
  const short = /^(\d+(?:\.\d+)?) ?(ms|s|m|min|h|d)$/.exec(given.trim());
  const unit = short?.[2];
  const spelled = unit === undefined ? given.trim() : `${short?.[1] ?? ''} ${units[unit as keyof typeof units]}`;
  try {
    milliseconds(spelled as Duration);
  } catch (cause) {
    throw new LanewayError('INVALID_DURATION', `'${given}' is not a duration`, {
      cause,
      help: ["allowed: a number greater than zero with ms, s, m, h or d, for example 30s; or '30 seconds'"],
    });
  }
  return spelled as Duration;
}
