import { unthrownError } from '../../domain/base/errors.js';
import type { RequestOutcome } from '../../domain/request/pending.js';
import { writerOfReceiver } from '../../domain/wire/writers.js';
import { requesterOf } from '../../domain/request/requester.js';
import { replyOutcome } from '../../domain/request/reply-outcome.js';
import type { MessageType } from '../../message/message-type.js';
import { checkAnswerer } from '../../publishing/was-asked.js';
import { isSystemChannel } from '../../message/system-messages.js';
import type { Delivery } from './delivery.js';
import { Refusal, refusalFor } from './refusal.js';

/** True for a message that may answer a request of this agent, which makes requests. */
export function mayAnswer({ envelope, services }: Delivery, type: MessageType): boolean {
  const { requestid, channel } = envelope;
  return (
    requestid !== undefined &&
    type.kind === 'event' &&
    services.senders.pending !== undefined &&
    !isSystemChannel(channel)
  );
}

/**
 * Ends a request of this agent with the reply at hand, before it is handled: the first end wins, so that the agent hears
 * the reply or `RequestTimedOut`, and never both. A message that answers no request of this agent passes.
 *
 * @returns the refusal of a reply whose request has ended otherwise, or of one that was not asked for
 * @throws LanewayError UNAVAILABLE
 */
export async function claimReply({ bound, envelope, services }: Delivery): Promise<Refusal | undefined> {
  const { pending } = services.senders;
  const { requestid } = envelope;
  if (pending === undefined || requestid === undefined) return undefined;
  // The records of others' requests may not even be read.
  const writer = writerOfReceiver(bound.agent.id);
  if (requesterOf(requestid) !== writer) return undefined;
  const record = await pending.get(requestid);
  const isOurs = record?.waiter.kind === 'agent' && record.waiter.id === bound.agent.id;
  if (!isOurs || record.replyType !== envelope.type || record.correlationId !== envelope.correlationid)
    return undefined;
  // Whoever may publish the type may answer others, and not this request.
  try {
    checkAnswerer(envelope.source, record, bound.agent.topology.model);
  } catch (error) {
    return refusalFor(error);
  }
  if (record.outcome) return record.outcome.by === envelope.id ? undefined : tooLate(record.outcome, requestid);
  const outcome = await replyOutcome(envelope, { writer, at: services.clock.now() }, services.payloads);
  const closed = await pending.close(requestid, outcome);
  return closed.kind === 'late' && closed.record.outcome ? tooLate(closed.record.outcome, requestid) : undefined;
}

function tooLate({ state, at }: RequestOutcome, requestId: string): Refusal {
  const end = { replied: 'another reply', 'timed-out': 'its timeout', failed: 'its failure' }[state];
  const what = `request ${requestId} ended at ${at} with ${end}, before this reply`;
  return new Refusal({ kind: 'expire', error: unthrownError('TOO_LATE', what), told: [] });
}
