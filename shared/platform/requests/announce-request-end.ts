import { derivedId } from '../../domain/base/ids.js';
import type { PendingRecord, RequestOutcome } from '../../domain/request/pending.js';
import type { Clock } from '../../domain/base/clock.js';
import { RequestFailed, RequestTimedOut } from '../../message/system-messages.js';
import { publishMessage, type Standing } from '../../publishing/publish-message.js';
import { resumeWaiter, type ResumeServices } from '../workflows/resume-waiter.js';

/** Ports for telling the end of a request. */
export interface AnnounceServices extends ResumeServices {
  readonly clock: Clock;
}

/** Id of the `RequestFailed` that tells of a request's end, not of an attempt's. */
export function endId(requestId: string): string {
  return derivedId(RequestFailed.name, 'end', requestId);
}

/**
 * Tells of a request that nobody answered: `RequestTimedOut` or, after a ladder, `RequestFailed` on `system.timeouts`, the
 * entry `abort` of a ladder, and whoever waits. Ids follow from the request, so that a repetition changes nothing.
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
  const standing = standingOf(record);
  if (outcome.state === 'timed-out') {
    log.warn('a request was not answered in time', { ...about, deadline: record.deadline });
    await publishMessage(
      publishing,
      RequestTimedOut,
      { requestId, type, deadline: record.deadline, attempt },
      {},
      { ...standing, id: derivedId(RequestTimedOut.name, requestId, String(attempt)) },
    );
  }
  // Without a ladder the dead letter's own `RequestFailed` has told everybody.
  if (outcome.state === 'failed' && climb) {
    const { code, message } = outcome.error;
    log.warn('a request has failed', { ...about, code });
    await publishMessage(
      publishing,
      RequestFailed,
      { requestId, type, code, message: message.slice(0, 1_000), attempt },
      {},
      { ...standing, id: endId(requestId), requestId },
    );
  }
  await noteAbort(record, outcome, services);
  await resumeWaiter(record, outcome, services);
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

/** Place of the platform's messages about a request in its conversation: caused by the command of the current attempt. */
export function standingOf(record: PendingRecord): Standing {
  return {
    correlationId: record.correlationId,
    causationId: record.messageId,
    hops: record.hops + 1,
    ...(record.tenant === undefined ? {} : { tenant: record.tenant }),
    ...(record.traceparent === undefined ? {} : { traceparent: record.traceparent }),
  };
}
