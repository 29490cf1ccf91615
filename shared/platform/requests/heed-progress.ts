import { commandKeyOf } from '../../domain/request/command-key.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { DeliveryKey, DeliveryRecord } from '../../domain/delivery/delivery.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { Ports } from '../../domain/ports.js';
import type { Topology } from '../../topology/topology.js';

/** Ports for looking after the progress of a request's command. */
export interface HeedServices extends Pick<Ports, 'deliveries' | 'pending'> {
  readonly topology: Topology;
}

/**
 * Moves the end of a request's attempt after progress that its receiver noted in its delivery. The attempt has as much time
 * again as it was given, counted from the note, but not beyond the request's deadline and the `extension` of the channel.
 * The platform moves it when the time is over: whoever works on a command writes nothing but its own delivery.
 *
 * @returns the new end, milliseconds since 1970; undefined when there is no progress that moves it
 * @throws LanewayError UNAVAILABLE
 */
export async function heedProgress(
  record: PendingRecord,
  { deliveries, pending, topology }: HeedServices,
): Promise<number | undefined> {
  const { bound, requestId, messageId } = record;
  if (bound === undefined) return undefined;
  const keys = workersOn(record, topology).flatMap((receiver) => commandKeyOf(record, receiver) ?? []);
  const worked = (await Promise.all(keys.map((key) => readable(key, deliveries)))).flatMap(
    (delivery) => delivery ?? [],
  );
  const ends = worked.map((delivery) => endAfter(delivery, Date.parse(bound), topology)).filter(Number.isFinite);
  const end = Math.max(...ends);
  if (!(end > Date.parse(record.deadline))) return undefined;
  return (await pending.extend(requestId, messageId, new Date(end).toISOString())) ? end : undefined;
}

/**
 * A delivery, unless it cannot be read. Its receiver wrote it, and a wrong one must not hold a request open for good: it is no progress.
 * @throws LanewayError UNAVAILABLE
 */
async function readable(key: DeliveryKey, deliveries: Ports['deliveries']): Promise<DeliveryRecord | undefined> {
  try {
    return await deliveries.get(key);
  } catch (error) {
    if (error instanceof LanewayError && error.retryable) throw error;
    return undefined;
  }
}

/** Agents that may work on the command of the current attempt: the one that was asked, or all that handle its type. */
function workersOn({ climb, receiver, type }: Pick<PendingRecord, 'climb' | 'receiver' | 'type'>, { model }: Topology) {
  const asked = climb?.receiver ?? receiver;
  if (asked !== undefined) return [asked];
  return Object.values(model.agents).flatMap(({ id, handles }) => (handles.includes(type) ? [id] : []));
}

function endAfter({ facts, progress }: DeliveryRecord, bound: number, { model }: Topology): number {
  const deadline = bound - (model.channels[facts.channel]?.extension ?? 0);
  const time = Math.min(Date.parse(facts.expires), deadline) - Date.parse(facts.time);
  return Math.min(Date.parse(progress?.at ?? '') + time, bound);
}
