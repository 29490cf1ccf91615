import { milliseconds, type Duration } from '../base/duration.js';
import { LanewayError } from '../base/errors.js';
import { EXPIRY_GRACE_MS } from './expiry-grace.js';

/** Days that messages wait in a lane. */
export const LANE_RETENTION_DAYS = 4;
const LANE_RETENTION_MS = LANE_RETENTION_DAYS * 86_400_000;

/**
 * Longest time for which a lane keeps a copy of a message: until it expires, then, when a try has just failed, until the longest
 * wait before the next one is over, and a grace in which it is recorded as expired.
 */
export function longestLife({ expires, backoff }: Lasting): number {
  return milliseconds(expires) + milliseconds(backoff.most) + EXPIRY_GRACE_MS;
}

/** Longest age at which a message may expire, in milliseconds, so that a lane keeps its copies until then. */
export function longestExpiry(backoff: Lasting['backoff']): number {
  return LANE_RETENTION_MS - milliseconds(backoff.most) - EXPIRY_GRACE_MS;
}

interface Lasting {
  /** Age at which a message is no longer handled. */
  readonly expires: Duration;
  readonly backoff: { readonly most: Duration };
}

/**
 * Refuses an expiry with which a message outlives the lane that it waits in: SQS would drop it, and nobody would record how it
 * ended.
 * @param where place of the expiry in the declaration or call
 * @throws LanewayError INVALID_OPTION
 */
export function checkLife(lasting: Lasting, where: string): void {
  const life = longestLife(lasting);
  if (life <= LANE_RETENTION_MS) return;
  const { expires, backoff } = lasting;
  const grace = EXPIRY_GRACE_MS / 60_000;
  throw new LanewayError(
    'INVALID_OPTION',
    `${where}: a message lives up to ${inHours(life)}: expires '${expires}', backoff.most '${backoff.most}' and ${grace} minutes to record its end`,
    {
      help: [
        `allowed: ${inHours(LANE_RETENTION_MS)}, as a lane keeps a message for ${LANE_RETENTION_DAYS} days`,
        'shorten `expires` or `backoff.most`; what is to wait longer waits as a step of a workflow (`flow.wait`, `deadline`)',
      ],
    },
  );
}

function inHours(time: number): string {
  return `${Number((time / 3_600_000).toFixed(2))} hours`;
}
