import { milliseconds } from '../../domain/base/duration.js';
import { LanewayError } from '../../domain/base/errors.js';
import { EXPIRY_GRACE_MS } from '../../domain/delivery/expiry-grace.js';
import { LANE_RETENTION_DAYS } from '../../domain/delivery/lane-retention.js';
import type { TopologyModel } from '../../topology/model.js';

const HOUR_MS = 3_600_000;

/**
 * Refuses a new expiry with which a message would outlive the lane that it goes back into: SQS would drop it, and nobody would
 * record how it ended. The longest wait between two tries of any channel counts, as it does for whoever looks for such messages.
 *
 * @param expiresIn milliseconds from now
 * @throws LanewayError INVALID_OPTION
 */
export function checkRedriveExpiry(expiresIn: number | undefined, { channels }: TopologyModel): void {
  if (expiresIn === undefined) return;
  const wait = Math.max(0, ...Object.values(channels).map(({ qos }) => milliseconds(qos.backoff.most)));
  const most = LANE_RETENTION_DAYS * 86_400_000 - wait - EXPIRY_GRACE_MS;
  if (expiresIn > 0 && expiresIn <= most) return;
  throw new LanewayError('INVALID_OPTION', `the new expiry is ${hours(expiresIn)} from now`, {
    help: [
      `allowed: more than 0, up to ${hours(most)}: a lane keeps a message for ${LANE_RETENTION_DAYS} days, and its last try and its end take up to ${hours(wait + EXPIRY_GRACE_MS)}`,
      'give a shorter one; what is not handled by then becomes a dead letter again, and can be redriven again',
    ],
  });
}

function hours(time: number): string {
  return `${Number((time / HOUR_MS).toFixed(2))} hours`;
}
