import { milliseconds, type Duration } from '../../shared/domain/base/duration.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { RETENTION_DAYS } from '../../shared/domain/evidence/retention.js';
import type { TopologyModel } from '../../shared/topology/model.js';

const DAY_MS = 86_400_000;

/** Days for which payloads that an execution keeps by reference may be needed: until its end, and then while it can be retried. */
export function longestExecution(workflows: readonly { readonly asl: { readonly TimeoutSeconds: number } }[]): number {
  const deadlines = workflows.map(({ asl }) => Math.ceil((asl.TimeoutSeconds * 1000) / DAY_MS));
  return deadlines.length === 0 ? 0 : Math.max(...deadlines) + RETENTION_DAYS + 1;
}

/**
 * Longest time that a channel retains payloads, in whole days; 0 when none does. One day is added, as a payload is
 * stored a little after its message's time.
 */
export function longestRetention({ channels }: TopologyModel): number {
  const retained = Object.values(channels).map(({ qos }) =>
    qos.retainPayloads === undefined ? 0 : Math.ceil(milliseconds(qos.retainPayloads) / DAY_MS) + 1,
  );
  return Math.max(0, ...retained);
}

/** Days of `busArchive`. @throws LanewayError INVALID_OPTION */
export function wholeDays(duration: Duration): number {
  const days = milliseconds(duration) / DAY_MS;
  if (Number.isInteger(days)) return days;
  throw new LanewayError('INVALID_OPTION', `busArchive is '${duration}'`, {
    help: ["allowed: whole days, for example '30 days'"],
  });
}
