import type { DeadLetterEntry } from '../domain/dead-letter.js';
import type { Envelope } from '../domain/envelope.js';
import { derivedId } from '../domain/ids.js';
import { ErrorReported, isSystemChannel, RequestFailed } from '../message/system-messages.js';
import { failureChannel } from '../topology/failure-channel.js';
import { publishMessage, type Publishing, type Standing } from '../topology/publish-message.js';

/**
 * Tells of a dead letter: `ErrorReported` into its conversation, and for a command that names a reply `RequestFailed`,
 * which ends the request. Nothing is told of messages of system channels: that would never end. Ids follow from the
 * dead letter. The request comes first, and neither message keeps the other from being tried.
 *
 * @param genuine whether the message is of the publisher it names; a forged one ends nobody's request
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function reportDeadLetter(
  entry: DeadLetterEntry,
  envelope: Envelope | undefined,
  genuine: boolean,
  publishing: Publishing,
): Promise<void> {
  if (envelope && isSystemChannel(envelope.channel)) return;
  const { topology } = publishing;
  const standing = standingIn(entry, envelope);
  const firstLine = entry.error.message.slice(0, 1_000);
  const isRequest = envelope !== undefined && topology.model.types[envelope.type]?.reply !== undefined;
  const failed = genuine && isRequest && envelope.requestid !== undefined;
  const told = await Promise.allSettled([
    failed ? failRequest(entry, envelope, firstLine, publishing, standing) : undefined,
    publishMessage(
      publishing,
      ErrorReported,
      {
        type: envelope?.type ?? 'unparseable',
        id: entry.messageId ?? entry.id,
        receiver: entry.receiver,
        reason: entry.reason,
        code: entry.error.code,
        message: firstLine,
        tries: entry.tries,
      },
      {},
      { ...standing, id: derivedId(ErrorReported.name, entry.id) },
    ),
  ]);
  for (const one of told) if (one.status === 'rejected') throw one.reason;
}

async function failRequest(
  entry: DeadLetterEntry,
  envelope: Envelope,
  message: string,
  publishing: Publishing,
  standing: Standing,
): Promise<void> {
  const { requestid, type, attempt } = envelope;
  if (requestid === undefined) return;
  await publishMessage(
    publishing,
    RequestFailed,
    { requestId: requestid, type, code: entry.error.code, message, attempt },
    { channel: failureChannel(publishing.topology.model, envelope) },
    { ...standing, id: derivedId(RequestFailed.name, entry.id), requestId: requestid },
  );
}

function standingIn(entry: DeadLetterEntry, envelope: Envelope | undefined): Standing {
  if (!envelope) return { correlationId: entry.correlationId };
  return {
    correlationId: envelope.correlationid,
    causationId: envelope.id,
    hops: envelope.hops + 1,
    ...(envelope.tenant === undefined ? {} : { tenant: envelope.tenant }),
    ...(envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent }),
    ...(envelope.actor === undefined ? {} : { actor: envelope.actor }),
  };
}
