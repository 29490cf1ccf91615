import type { ApprovalLinks } from '../../domain/request/approval-link.js';
import { derivedId } from '../../domain/base/ids.js';
import { restoredOrDescribed } from '../../domain/execution/kept-state.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { behindRequest } from '../../domain/request/request-lineage.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import { ApprovalRequested } from '../../message/system-messages.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';
import { closeApproval, type DecideServices } from '../../publishing/close-approval.js';

/** Milliseconds from publishing that nobody decided an approval until the approval is looked at once more. */
export const LOOK_AGAIN_MS = 60_000;

/** Ports for asking people to decide. */
export interface AskServices {
  readonly publishing: Publishing;
  /** Links of approvals; undefined where the application has none. */
  readonly approvalLinks?: ApprovalLinks | undefined;
}

/**
 * Publishes that a person is to decide; ids follow from the approval, so that a repetition is the same message. The link
 * in it is a credential, and is not stored with the message.
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function askApprovers(
  record: PendingRecord,
  escalated: boolean,
  { publishing, approvalLinks }: AskServices,
): Promise<void> {
  const { approval, waiter, requestId } = record;
  if (!approval || waiter.kind !== 'workflow') return;
  const { workflow, title, approvers, escalateTo } = approval;
  // People can decide without what was lost; a timer that fails for good would leave them unasked.
  const details = await restoredOrDescribed(approval.details, record.correlationId, publishing.payloads);
  // Those who were asked first may decide as long as the others: the first decision stands.
  const until = Date.parse(record.bound ?? record.deadline);
  const link = await approvalLinks?.linkTo({ approval: requestId, round: escalated ? 2 : 1, until });
  await publishMessage(
    publishing,
    ApprovalRequested,
    {
      ...{ approval: requestId, workflow, execution: waiter.execution, step: waiter.step, title, details, escalated },
      approvers: escalated ? (escalateTo ?? approvers) : approvers,
      deadline: escalated ? (record.bound ?? record.deadline) : record.deadline,
    },
    {
      ...behindRequest(record),
      id: derivedId(ApprovalRequested.name, requestId, String(escalated)),
      ...(link === undefined ? {} : { unstored: { link } }),
    },
  );
}

/**
 * Acts on an approval whose time is over. Those to whom it escalates are asked, once. When their time is over too, it is closed as
 * decided by nobody. A decision that was made just before, and not heard of yet, stands.
 * @returns instant at which the approval is to be looked at again, milliseconds since 1970
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function approvalOverdue(
  record: PendingRecord,
  now: number,
  services: AskServices & DecideServices & { readonly pending: PendingStore },
): Promise<number> {
  const { requestId, messageId, bound, approval } = record;
  if (approval?.escalateTo !== undefined && bound !== undefined && Date.parse(bound) > now) {
    await askApprovers(record, true, services);
    await services.pending.extend(requestId, messageId, bound);
    return Date.parse(bound);
  }
  const why = `nobody decided until ${new Date(now).toISOString()}`;
  await closeApproval(record, { decision: 'silent', by: 'nobody', why }, services);
  return now + LOOK_AGAIN_MS;
}
