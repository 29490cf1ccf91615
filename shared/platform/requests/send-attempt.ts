import { cutText } from '../../domain/base/cut-text.js';
import { defined } from '../../domain/base/defined.js';
import { milliseconds } from '../../domain/base/duration.js';
import { checkPlace, movedPayload, payloadPlace, type PayloadReference } from '../../domain/delivery/claim-check.js';
import { attributesOf } from '../../domain/delivery/lineage.js';
import { writerPlace } from '../../domain/wire/payload-keys.js';
import { PLATFORM_WRITER } from '../../domain/wire/writers.js';
import { sourceOf, type Envelope } from '../../domain/wire/envelope.js';
import { LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Climb } from '../../domain/request/ladder.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { requesterOf } from '../../domain/request/requester.js';
import { behindRequest } from '../../domain/request/request-lineage.js';
import { laneFor } from '../../domain/base/priority.js';
import { PersonNeeded, RequestTimedOut } from '../../message/system-messages.js';
import { INTENT_GRACE_MS, publishMessage } from '../../publishing/publish-message.js';
import { deliverMessages } from '../../publishing/send-messages.js';
import type { TopologyModel } from '../../topology/model.js';
import { climbedLadder } from '../../topology/step-ladder.js';
import type { AnnounceServices } from './announce-request-end.js';

/**
 * Tells that the attempt before timed out, and the kind of the next rung. The end of an attempt that failed is told by
 * its dead letter. The id is that of the attempt: it is told once, here or as the end of the request.
 */
export async function tellAttemptEnd(record: PendingRecord, climb: Climb, services: AnnounceServices): Promise<void> {
  const { cause } = climb;
  if (cause?.state !== 'timed-out') return;
  const { requestId, type } = record;
  const { attempt, deadline, messageId } = cause;
  const next = rungOf(climb, services)?.kind;
  await publishMessage(
    services.publishing,
    RequestTimedOut,
    { requestId, type, deadline, attempt, ...defined({ next }) },
    {
      ...behindRequest(record),
      ...{ channel: 'system.attempts', causationId: messageId },
      id: derivedId(RequestTimedOut.name, requestId, String(attempt)),
    },
  );
}

/**
 * Notes the rung in the ledger, then publishes the command anew, or `PersonNeeded`. A record is its requester's word: what
 * that one may not publish is not published in its place.
 * @returns the error when the bus refused it for good, the requester may not ask for it, or its payload is not what it kept
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function sendAttempt(
  record: PendingRecord,
  climb: Climb,
  services: AnnounceServices,
): Promise<ErrorSummary | undefined> {
  const { clock, ledger, log, publishing, topology } = services;
  const { requestId, correlationId, type, attempt, messageId, step = 0, deadline } = record;
  const { cause, receiver, on } = climb;
  const rung = rungOf(climb, services);
  if (!cause || !rung) return undefined;
  const undeclared = checkRequester(record, topology.model);
  if (undeclared) return undeclared;
  log.warn('a request is escalated', {
    ...{ request: requestId, type, correlation: correlationId, rung: rung.kind, attempt, receiver },
    because: cause.state,
  });
  await ledger.escalation({
    ...{ correlationId, requestId, type, step, attempt, messageId },
    rung: rung.kind,
    because: {
      ...{ state: cause.state, attempt: cause.attempt, by: cause.by, messageId: cause.messageId },
      ...defined({ error: cause.error }),
    },
    ...(receiver === undefined ? {} : { receiver, channel: on }),
    until: deadline,
    at: new Date(clock.now()).toISOString(),
  });
  if (rung.kind === 'person') {
    await askPerson(record, climb, services);
    return undefined;
  }
  let envelope;
  try {
    envelope = await envelopeOf(record, climb, services);
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    return summary;
  }
  const outgoing = [{ envelope, expected: receiver === undefined ? [] : [receiver] }];
  await publishing.intents.record(outgoing, clock.now() + INTENT_GRACE_MS);
  const [refused] = await deliverMessages(topology.model, outgoing, publishing.senders);
  return refused && summarizeError(refused.error);
}

/** The refusal of a request for a type that its requester does not publish, or that has another reply. */
function checkRequester({ requestId, type, replyType }: PendingRecord, model: TopologyModel): ErrorSummary | undefined {
  const requester = requesterOf(requestId);
  if (requester === undefined) return undefined;
  const [kind, name = ''] = [requester.split('.')[0], requester.slice(requester.indexOf('.') + 1)];
  const { publishes = [] } = (kind === 'agent' ? model.agents[name] : model.clients[name]) ?? {};
  if (publishes.includes(type) && model.types[type]?.reply === replyType) return undefined;
  return summarizeError(
    new LanewayError('NOT_DECLARED', `${requester} asks for ${type} and ${replyType}, which it does not publish`),
  );
}

async function askPerson(record: PendingRecord, climb: Climb, { publishing }: AnnounceServices): Promise<void> {
  const { requestId, type, attempt, messageId, deadline } = record;
  const { cause, tried } = climb;
  await publishMessage(
    publishing,
    PersonNeeded,
    {
      ...{ requestId, type, attempt, until: deadline, tried: [...tried] },
      code: cause?.error?.code ?? 'REQUEST_TIMED_OUT',
      message: cutText(cause?.error?.message ?? 'it was not answered in time', 1_000),
    },
    { ...behindRequest(record), causationId: cause?.messageId ?? messageId, id: messageId, requestId },
  );
}

/** The command of an attempt: a message of its own, for the same request and the same deadline. */
async function envelopeOf(record: PendingRecord, climb: Climb, services: AnnounceServices): Promise<Envelope> {
  const { clock, publishing, topology } = services;
  const { command, on, receiver, cause, until } = climb;
  const now = clock.now();
  const qos = topology.model.channels[on]?.qos;
  const age = now + (qos ? milliseconds(qos.expires) : climb.time);
  const source = sourceOf(topology.name, publishing.kind, publishing.name);
  return {
    specversion: '1.0',
    datacontenttype: 'application/json',
    id: record.messageId,
    source,
    type: record.type,
    time: new Date(now).toISOString(),
    ...attributesOf({ ...record, ...defined({ causationId: cause?.messageId }) }),
    requestid: record.requestId,
    replyto: record.replyType,
    ...defined({ receiver }),
    ...command,
    ...(await payloadFor({ source, channel: on, correlationid: record.correlationId }, record, climb, services)),
    priority: laneFor(command.priority, qos?.priorities ?? []) ?? command.priority,
    channel: on,
    // A command that no agent has begun by the end of its attempt is not begun any more.
    expires: new Date(Math.min(age, Date.parse(record.deadline))).toISOString(),
    deadline: until,
    attempt: record.attempt,
  };
}

/**
 * The reference that a command's payload has as another message, on the attempt's channel. The kept reference is followed
 * only where the requester itself could put it: its record may be of its own hand.
 * @throws LanewayError PAYLOAD_MISMATCH, TOO_LARGE, NOT_FOUND, UNAVAILABLE
 */
async function payloadFor(
  message: Pick<Envelope, 'source' | 'channel' | 'correlationid'>,
  { requestId, correlationId }: PendingRecord,
  { channel, command }: Climb,
  { publishing: { payloads } }: AnnounceServices,
): Promise<Partial<PayloadReference>> {
  checkPlace(command, writerPlace(channel, requesterOf(requestId) ?? PLATFORM_WRITER, correlationId));
  return movedPayload(command, payloadPlace(message), payloads);
}

function rungOf(climb: Climb, { topology }: AnnounceServices) {
  return climbedLadder(topology.model, climb)[climb.rung];
}
