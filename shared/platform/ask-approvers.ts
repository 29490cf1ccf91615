import { derivedId } from '../domain/ids.js';
import type { PendingRecord } from '../domain/pending.js';
import type { PendingStore, TimerQueue } from '../domain/ports.js';
import { ApprovalDecided, ApprovalRequested } from '../message/system-messages.js';
import { publishMessage, type Publishing, type Standing } from '../topology/publish-message.js';

/** When a decision is looked at again after it was published that nobody made it. */
const LOOK_AGAIN_MS = 60_000;

/**
 * Publishes that a person is to decide; ids follow from the approval, so that a repetition is the same message.
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function askApprovers(record: PendingRecord, escalated: boolean, publishing: Publishing): Promise<void> {
  const { approval, waiter, requestId } = record;
  if (!approval || waiter.kind !== 'workflow') return;
  const { workflow, title, details, approvers, escalateTo } = approval;
  await publishMessage(
    publishing,
    ApprovalRequested,
    {
      ...{ approval: requestId, workflow, execution: waiter.execution, step: waiter.step, title, details, escalated },
      approvers: escalated ? (escalateTo ?? approvers) : approvers,
      deadline: escalated ? (record.bound ?? record.deadline) : record.deadline,
    },
    {},
    { ...standingOf(record), id: derivedId(ApprovalRequested.name, requestId, String(escalated)) },
  );
}

/**
 * The time of an approval is over. Those to whom it escalates are asked, once; after them it is published that nobody
 * decided, which the function `replies` hears like any decision: whichever it hears first stands.
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function approvalOverdue(
  record: PendingRecord,
  now: number,
  services: { readonly publishing: Publishing; readonly pending: PendingStore; readonly timers: TimerQueue },
): Promise<void> {
  const { requestId, messageId, bound, approval } = record;
  const { publishing, pending, timers } = services;
  if (approval?.escalateTo !== undefined && bound !== undefined && Date.parse(bound) > now) {
    await askApprovers(record, true, publishing);
    await timers.set({ requestId, at: Date.parse(bound), hop: 0 }, now);
    await pending.extend(requestId, messageId, bound);
    return;
  }
  const reason = `nobody decided until ${new Date(now).toISOString()}`;
  await publishMessage(
    publishing,
    ApprovalDecided,
    { decision: 'silent', by: 'nobody', reason },
    {},
    { ...standingOf(record), id: derivedId(ApprovalDecided.name, requestId, 'silent'), requestId },
  );
  await timers.set({ requestId, at: now + LOOK_AGAIN_MS, hop: 0 }, now);
}

function standingOf(record: PendingRecord): Standing {
  return {
    ...{ correlationId: record.correlationId, causationId: record.messageId, hops: record.hops + 1 },
    ...(record.tenant === undefined ? {} : { tenant: record.tenant }),
    ...(record.traceparent === undefined ? {} : { traceparent: record.traceparent }),
  };
}
