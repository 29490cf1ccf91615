import { LanewayError } from '../../shared/domain/base/errors.js';

/**
 * A time as it is typed in a shell, ISO 8601: a day (`2026-11-21`, UTC) or a time (`2026-11-21T14:30Z`). A day that ends
 * something is the end of it.
 * @throws LanewayError INVALID_OPTION
 */
export function readTime(given: string, option: '--from' | '--to'): string {
  const day = /^\d{4}-\d\d-\d\d$/.test(given);
  const time = Date.parse(given);
  if (Number.isNaN(time) || !/^\d{4}-\d\d-\d\d/.test(given)) {
    throw new LanewayError('INVALID_OPTION', `${option} is '${given}'`, {
      help: ['allowed: a day, 2026-11-21 (UTC), or a time, 2026-11-21T14:30:00Z'],
    });
  }
  return new Date(day && option === '--to' ? time + 86_400_000 : time).toISOString();
}

/** The options `--from` and `--to` as times; `to` is excluded. */
export function readSpan(options: { readonly from?: string; readonly to?: string }): { from?: string; to?: string } {
  return {
    ...(options.from === undefined ? {} : { from: readTime(options.from, '--from') }),
    ...(options.to === undefined ? {} : { to: readTime(options.to, '--to') }),
  };
}
