import { INSTANT_FORM, instantOf } from '../../shared/domain/base/iso-time.js';
import { LanewayError } from '../../shared/domain/base/errors.js';

const DAY_MS = 86_400_000;

/**
 * A time as it is typed in a shell, milliseconds since 1970: a day (`2026-11-21`, its beginning in UTC), or a time in ISO 8601 with its
 * offset (`2026-11-21T14:30Z`).
 * @throws LanewayError INVALID_OPTION
 */
export function readInstant(given: string, option: string): number {
  const at = instantOf(isDay(given) ? `${given}T00:00Z` : given);
  if (at !== undefined) return at;
  throw new LanewayError('INVALID_OPTION', `${option} is '${given}'`, {
    help: [`allowed: a day, 2026-11-21 (UTC), or a time: ${INSTANT_FORM}`],
  });
}

/** A time like that of {@link readInstant}, as ISO 8601 in UTC. A day that ends something is the end of it. @throws LanewayError INVALID_OPTION */
export function readTime(given: string, option: '--from' | '--to'): string {
  const at = readInstant(given, option);
  return new Date(isDay(given) && option === '--to' ? at + DAY_MS : at).toISOString();
}

/** The options `--from` and `--to` as times; `to` is excluded. */
export function readSpan(options: { readonly from?: string; readonly to?: string }): { from?: string; to?: string } {
  return {
    ...(options.from === undefined ? {} : { from: readTime(options.from, '--from') }),
    ...(options.to === undefined ? {} : { to: readTime(options.to, '--to') }),
  };
}

function isDay(given: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(given);
}
