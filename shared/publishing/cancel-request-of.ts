import { defined } from '../domain/base/defined.js';
import { behindRequest } from '../domain/request/request-lineage.js';
import { RequestCancelled } from '../message/system-messages.js';
import { publishMessage, type Publishing } from './publish-message.js';

/**
 * Publishes `RequestCancelled` into the conversation of an open request. The platform function `replies` closes the
 * request and marks its command's delivery.
 * @param id id of the message, so that a repetition is the same message @defaultValue a new one
 * @returns false when there is no such request, or it has ended
 * @throws LanewayError REFUSED, PUBLISH, UNAVAILABLE
 */
export async function cancelRequestOf(
  publishing: Publishing,
  requestId: string,
  why: string,
  id?: string,
): Promise<boolean> {
  const record = await publishing.senders.pending?.get(requestId);
  if (!record || record.outcome) return false;
  const options = { ...behindRequest(record), requestId, ...defined({ id }) };
  await publishMessage(publishing, RequestCancelled, { requestId, why }, options);
  return true;
}
