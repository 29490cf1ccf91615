import { derivedId } from '../base/ids.js';
import type { DeliveryKey } from '../delivery/delivery.js';
import { originBy, PLATFORM_WRITER } from '../wire/writers.js';
import type { PendingRecord } from './pending.js';
import { requesterOf } from './requester.js';

/** Fields of a record by which the delivery of its command is found. */
type AskedIn = Pick<PendingRecord, 'requestId' | 'correlationId' | 'messageId' | 'attempt' | 'channel' | 'climb'>;

/** Id of the command of an attempt that the platform makes for a request. */
export function attemptId(requestId: string, attempt: number): string {
  return derivedId('attempt', requestId, String(attempt));
}

/**
 * Key of the delivery of a request's present command to a receiver; undefined where its channel is not known. A record is its
 * requester's word: it names commands of that requester, or attempts that the platform made for this very request, and so
 * never the command of somebody else.
 */
export function commandKeyOf(record: AskedIn, receiver: string): DeliveryKey | undefined {
  const { requestId, correlationId, messageId, attempt, climb } = record;
  const channel = climb?.on ?? record.channel;
  if (channel === undefined) return undefined;
  const byPlatform = messageId === attemptId(requestId, attempt);
  const writer = (byPlatform ? undefined : requesterOf(requestId)) ?? PLATFORM_WRITER;
  return { correlationId, messageId, origin: originBy(writer, channel), receiver };
}
