import * as z from 'zod';
import { payloadOf } from '../../domain/delivery/claim-check.js';
import type { DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import { ErrorReported, isSystemChannel, RequestFailed, WorkflowRequested } from '../../message/system-messages.js';
import { failureChannel } from '../../topology/failure-channel.js';
import { publishMessage, type Publishing, type Standing } from '../../publishing/publish-message.js';

/** Fields of a request for a workflow that lead to the step which waits for its end. */
const parentSchema = z.object({ workflow: z.string(), parent: z.object({ requestId: z.string() }) });

/**
 * Tells of a dead letter: `ErrorReported` into its conversation, and for a command that names a reply `RequestFailed`,
 * which ends the request. Messages of system channels have no such reports, which would never end. One exception is the request
 * for a workflow that could not be started: the step that waits for it is told. Ids follow from the dead letter. The request comes
 * first, and neither message keeps the other from being tried.
 *
 * @param genuine true when the message is of the publisher it names; a forged one ends nobody's request
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function reportDeadLetter(
  entry: DeadLetterEntry,
  envelope: Envelope | undefined,
  genuine: boolean,
  publishing: Publishing,
): Promise<void> {
  if (envelope && isSystemChannel(envelope.channel)) {
    if (genuine && envelope.type === WorkflowRequested.name) await failParent(entry, envelope, publishing);
    return;
  }
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

/** Ends the request of the step that asked for a workflow which could not be started. */
async function failParent(entry: DeadLetterEntry, envelope: Envelope, publishing: Publishing): Promise<void> {
  const payload: unknown = await payloadOf(envelope, publishing.payloads).catch((error: unknown) => {
    if (summarizeError(error).retryable) throw error;
    return undefined;
  });
  const asked = parentSchema.safeParse(payload);
  if (!asked.success) return;
  const { workflow, parent } = asked.data;
  const { code, message } = entry.error;
  await publishMessage(
    publishing,
    RequestFailed,
    {
      ...{ requestId: parent.requestId, type: `workflow:${workflow}`, attempt: 1, code },
      message: message.slice(0, 1_000),
    },
    { channel: 'system.timeouts' },
    {
      ...standingIn(entry, envelope),
      id: derivedId(RequestFailed.name, entry.id),
      requestId: parent.requestId,
    },
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
