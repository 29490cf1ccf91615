import * as z from 'zod';
import { cutText, withoutPlaces } from '../../domain/base/cut-text.js';
import { isGone, payloadOf } from '../../domain/delivery/claim-check.js';
import type { DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import { offPath, type Lineage } from '../../domain/delivery/lineage.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { summarizeError, withoutHelp } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import { ErrorReported, isSystemChannel, RequestFailed, WorkflowRequested } from '../../message/system-messages.js';
import { failureChannel } from '../../topology/failure-channel.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';

/** Fields of a request for a workflow that lead to the step which waits for its end. */
const parentSchema = z.object({ workflow: z.string(), parent: z.object({ requestId: z.string() }) });

/**
 * Tells of a dead letter: `ErrorReported` into its conversation, and for a command that names a reply `RequestFailed`,
 * which ends the request. Messages of system channels have no such reports, which would never end. One exception is the request
 * for a workflow that could not be started: the step that waits for it is told. Ids follow from the dead letter. The request comes
 * first, and neither message keeps the other from being tried.
 *
 * @param genuine true when the message is of the publisher it names; a forged one ends nobody's request
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated; else what no repetition mends, when both have been tried
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
  const lineage: Lineage = envelope ? offPath(envelope) : { correlationId: entry.correlationId, hops: 0 };
  const isRequest = envelope !== undefined && topology.model.types[envelope.type]?.reply !== undefined;
  const failed = genuine && isRequest && envelope.requestid !== undefined;
  const told = await Promise.allSettled([
    failed ? failRequest(entry, envelope, publishing) : undefined,
    publishMessage(
      publishing,
      ErrorReported,
      {
        type: envelope?.type ?? 'unparseable',
        id: entry.messageId ?? entry.id,
        receiver: entry.receiver,
        reason: entry.reason,
        code: entry.error.code,
        message: saidOf(entry),
        tries: entry.tries,
      },
      { ...lineage, id: derivedId(ErrorReported.name, entry.id) },
    ),
  ]);
  const failures = told.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (failures.length > 0) throw failures.find((failure) => summarizeError(failure).retryable) ?? failures[0];
}

/**
 * Message of the error, as long as a report may be, without its help and without places of the account. The dead letter has all
 * of it; a report goes to the sender too.
 */
function saidOf({ error }: DeadLetterEntry): string {
  return cutText(withoutPlaces(withoutHelp(error.message)), 1_000);
}

async function failRequest(entry: DeadLetterEntry, envelope: Envelope, publishing: Publishing): Promise<void> {
  const { requestid, type, attempt } = envelope;
  if (requestid === undefined) return;
  await publishMessage(
    publishing,
    RequestFailed,
    { requestId: requestid, type, code: entry.error.code, message: saidOf(entry), attempt },
    {
      ...offPath(envelope),
      ...{ id: derivedId(RequestFailed.name, entry.id), requestId: requestid },
      channel: failureChannel(publishing.topology.model, envelope),
    },
  );
}

/** Ends the request of the step that asked for a workflow which could not be started. */
async function failParent(entry: DeadLetterEntry, envelope: Envelope, publishing: Publishing): Promise<void> {
  const payload: unknown = await payloadOf(envelope, publishing.payloads).catch((error: unknown) => {
    if (!isGone(error) && summarizeError(error).retryable) throw error;
    return undefined;
  });
  const asked = parentSchema.safeParse(payload);
  if (!asked.success) return;
  const { workflow, parent } = asked.data;
  const { code } = entry.error;
  await publishMessage(
    publishing,
    RequestFailed,
    {
      ...{ requestId: parent.requestId, type: `workflow:${workflow}`, attempt: 1, code },
      message: saidOf(entry),
    },
    {
      ...offPath(envelope),
      ...{ id: derivedId(RequestFailed.name, entry.id), requestId: parent.requestId, channel: 'system.timeouts' },
    },
  );
}
