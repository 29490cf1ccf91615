import { derivedId } from '../domain/ids.js';
import type { PendingRecord } from '../domain/pending.js';
import type { Clock, PendingStore } from '../domain/ports.js';
import { RequestTimedOut } from '../message/system-messages.js';
import { publishMessage, type Publishing } from '../topology/publish-message.js';
import { tellWaiter, type TellServices } from './tell-waiter.js';

/** What timing out works with. */
export interface TimeOutServices extends TellServices {
  readonly clock: Clock;
  readonly pending: PendingStore;
  readonly publishing: Publishing;
}

/** Who closes a request when its time is over: the same for every timer, and for the sweeper. */
export function timerOf(record: PendingRecord): string {
  return `timer:${record.requestId}:${record.attempt}`;
}

/**
 * Closes a request as timed out. The winner publishes `RequestTimedOut` into its conversation, under an id that follows
 * from request and attempt, and tells whoever waits; winning again repeats both. Anyone else's outcome stands.
 *
 * @returns whether the request ended by timing out
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function timeOutRequest(record: PendingRecord, services: TimeOutServices): Promise<boolean> {
  const by = timerOf(record);
  const at = new Date(services.clock.now()).toISOString();
  const closed = await services.pending.close(record.requestId, { state: 'timed-out', by, at });
  if (closed.kind !== 'won') return false;
  const { record: closedRecord } = closed;
  services.log.warn('a request was not answered in time', {
    request: record.requestId,
    type: record.type,
    correlation: record.correlationId,
    deadline: record.deadline,
  });
  await publishMessage(
    services.publishing,
    RequestTimedOut,
    {
      requestId: record.requestId,
      type: record.type,
      deadline: closedRecord.deadline,
      attempt: record.attempt,
    },
    {},
    {
      id: derivedId(RequestTimedOut.name, record.requestId, String(record.attempt)),
      correlationId: record.correlationId,
      causationId: record.messageId,
      hops: record.hops + 1,
      ...(record.tenant === undefined ? {} : { tenant: record.tenant }),
      ...(record.traceparent === undefined ? {} : { traceparent: record.traceparent }),
    },
  );
  await tellWaiter(closedRecord, closedRecord.outcome ?? { state: 'timed-out', by, at }, services);
  return true;
}
