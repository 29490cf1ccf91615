import { derivedId } from '../base/ids.js';
import type { Waiter } from './pending.js';

/** Longest id. */
const LONGEST = 128;

/**
 * Id of a request, which names its requester: `agent.<id>:<message>` or `client.<id>:<message>`. It is the key of the record, so that
 * roles may write the records of their own requests alone. A request of the platform has the message's id.
 * @param requester writer in the ledger that makes the request
 */
export function requestIdOf(requester: string | undefined, messageId: string): string {
  if (requester === undefined || !/^(agent|client)\./.test(requester)) return messageId;
  const id = `${requester}:${messageId}`;
  return id.length <= LONGEST ? id : `${requester}:${derivedId('request', messageId)}`;
}

/** Requester in the id of a request; undefined for a request of the platform. */
export function requesterOf(requestId: string): string | undefined {
  return /^((?:agent|client)\.[^:]+):/.exec(requestId)?.[1];
}

/**
 * True when such a waiter may wait for a request of this id: an agent for its own, workflows for the platform's. A client only
 * looks at its record, and the platform keeps messages that came early in the same way.
 */
export function mayWait(waiter: Waiter, requestId: string): boolean {
  const requester = requesterOf(requestId);
  if (waiter.kind === 'agent') return requester === `agent.${waiter.id}`;
  if (waiter.kind === 'client') return requester?.startsWith('client.') !== false;
  return requester === undefined;
}
