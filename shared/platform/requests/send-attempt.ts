import { milliseconds } from '../../domain/base/duration.js';
import { sourceOf, type Envelope } from '../../domain/wire/envelope.js';
import { summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Climb } from '../../domain/request/ladder.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { laneFor } from '../../domain/base/priority.js';
import { PersonNeeded, RequestTimedOut } from '../../message/system-messages.js';
import { INTENT_GRACE_MS, publishMessage } from '../../publishing/publish-message.js';
import { deliverMessages } from '../../publishing/send-messages.js';
import { climbedLadder } from '../../topology/step-ladder.js';
import { standingOf, type AnnounceServices } from './announce-request-end.js';

/**
 * Tells that the attempt before timed out, and the kind of the next rung. Of an attempt that failed, its dead letter has told.
 * The id is that of the attempt: it is told once, here or as the end of the request.
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
    { requestId, type, deadline, attempt, ...(next === undefined ? {} : { next }) },
    { channel: 'system.attempts' },
    {
      ...standingOf(record),
      causationId: messageId,
      id: derivedId(RequestTimedOut.name, requestId, String(attempt)),
    },
  );
}

/**
 * Notes the rung in the ledger, then publishes the command anew, or `PersonNeeded`.
 * @returns the error when the bus refused it for good
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
  log.warn('a request is escalated', {
    ...{ request: requestId, type, correlation: correlationId, rung: rung.kind, attempt, receiver },
    because: cause.state,
  });
  await ledger.escalation({
    ...{ correlationId, requestId, type, step, attempt, messageId },
    rung: rung.kind,
    because: {
      ...{ state: cause.state, attempt: cause.attempt, by: cause.by, messageId: cause.messageId },
      ...(cause.error === undefined ? {} : { error: cause.error }),
    },
    ...(receiver === undefined ? {} : { receiver, channel: on }),
    until: deadline,
    at: new Date(clock.now()).toISOString(),
  });
  if (rung.kind === 'person') {
    await askPerson(record, climb, services);
    return undefined;
  }
  const envelope = envelopeOf(record, climb, services);
  const outgoing = [{ envelope, expected: receiver === undefined ? [] : [receiver] }];
  await publishing.intents.record(outgoing, clock.now() + INTENT_GRACE_MS);
  const [refused] = await deliverMessages(topology.model, outgoing, publishing.senders);
  return refused && summarizeError(refused.error);
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
      message: (cause?.error?.message ?? 'it was not answered in time').slice(0, 1_000),
    },
    {},
    { ...standingOf(record), causationId: cause?.messageId ?? messageId, id: messageId, requestId },
  );
}

/** The command of an attempt: a message of its own, for the same request and the same deadline. */
function envelopeOf(record: PendingRecord, climb: Climb, services: AnnounceServices): Envelope {
  const { clock, publishing, topology } = services;
  const { command, on, receiver, cause, until } = climb;
  const now = clock.now();
  const qos = topology.model.channels[on]?.qos;
  const age = now + (qos ? milliseconds(qos.expires) : climb.time);
  return {
    specversion: '1.0',
    datacontenttype: 'application/json',
    id: record.messageId,
    source: sourceOf(topology.name, publishing.kind, publishing.name),
    type: record.type,
    time: new Date(now).toISOString(),
    correlationid: record.correlationId,
    ...(cause === undefined ? {} : { causationid: cause.messageId }),
    requestid: record.requestId,
    replyto: record.replyType,
    ...(receiver === undefined ? {} : { receiver }),
    ...command,
    priority: laneFor(command.priority, qos?.priorities ?? []) ?? command.priority,
    channel: on,
    // What nobody has begun when the attempt is given up is not begun any more.
    expires: new Date(Math.min(age, Date.parse(record.deadline))).toISOString(),
    deadline: until,
    attempt: record.attempt,
    hops: record.hops,
    ...(record.tenant === undefined ? {} : { tenant: record.tenant }),
    ...(record.traceparent === undefined ? {} : { traceparent: record.traceparent }),
  };
}

function rungOf(climb: Climb, { topology }: AnnounceServices) {
  return climbedLadder(topology.model, climb)[climb.rung];
}
