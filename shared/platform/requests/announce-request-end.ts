import { cutText, withoutPlaces } from '../../domain/base/cut-text.js';
import { withoutHelp } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { PendingRecord, RequestOutcome } from '../../domain/request/pending.js';
import type { Ports } from '../../domain/ports.js';
import { behindRequest } from '../../domain/request/request-lineage.js';
import { RequestFailed, RequestTimedOut } from '../../message/system-messages.js';
import { publishMessage } from '../../publishing/publish-message.js';
import { resumeWaiter, type ResumeServices } from '../workflows/resume-waiter.js';

/** Ports for telling the end of a request. */
export type AnnounceServices = ResumeServices & Pick<Ports, 'clock'>;

/** Id of the `RequestFailed` that tells of a request's end, not of an attempt's. */
export function endId(requestId: string): string {
  return derivedId(RequestFailed.name, 'end', requestId);
}

/**
 * Tells of a request that nobody answered: `RequestTimedOut` or, after a ladder, `RequestFailed` on `system.timeouts`, the
 * entry `abort` of a ladder, and the waiter. Ids follow from the request, so that a repetition changes nothing. Until all of it
 * is done the request stays due, and the sweeper arms it again.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function announceRequestEnd(
  record: PendingRecord,
  outcome: RequestOutcome,
  services: AnnounceServices,
): Promise<void> {
  const { publishing, log } = services;
  const { requestId, type, attempt, climb, correlationId } = record;
  const about = { request: requestId, type, correlation: correlationId, attempt };
  const lineage = behindRequest(record);
  if (outcome.state === 'timed-out') {
    log.warn('a request was not answered in time', { ...about, deadline: record.deadline });
    await publishMessage(
      publishing,
      RequestTimedOut,
      { requestId, type, deadline: record.deadline, attempt },
      { ...lineage, id: derivedId(RequestTimedOut.name, requestId, String(attempt)) },
    );
  }
  // Without a ladder the dead letter's own `RequestFailed` has told everybody.
  if (outcome.state === 'failed' && climb) {
    const { code, message } = outcome.error;
    log.warn('a request has failed', { ...about, code });
    await publishMessage(
      publishing,
      RequestFailed,
      { requestId, type, code, message: cutText(withoutPlaces(withoutHelp(message)), 1_000), attempt },
      { ...lineage, id: endId(requestId), requestId },
    );
  }
  await noteAbort(record, outcome, services);
  await resumeWaiter(record, outcome, services);
  if (record.untold) await services.pending.told(requestId);
}

/**
 * Notes in the ledger that a request has left its ladder without an answer; nothing where it has none.
 * @throws LanewayError UNAVAILABLE, to be repeated
 */
export async function noteAbort(
  { correlationId, requestId, type, attempt, messageId, climb, step = 0 }: PendingRecord,
  outcome: RequestOutcome,
  { ledger }: Pick<ResumeServices, 'ledger'>,
): Promise<void> {
  if (!climb || outcome.state === 'replied') return;
  await ledger.escalation({
    ...{ correlationId, requestId, type, attempt },
    step: step + 1,
    rung: 'abort',
    because: {
      ...{ state: outcome.state, attempt, by: outcome.by, messageId },
      ...(outcome.state === 'failed' ? { error: outcome.error } : {}),
    },
    at: outcome.at,
  });
}
