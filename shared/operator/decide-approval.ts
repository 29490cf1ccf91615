import { LanewayError } from '../domain/errors.js';
import type { PendingRecord } from '../domain/pending.js';
import { answerRequest, openRequests, requestById, type AnswerServices, type Settled } from './answer-request.js';
import type { Actor } from './operator-services.js';

/** How far ahead open approvals are looked for: the index is read hour by hour, a year would take a minute. */
const AHEAD_MS = 60 * 86_400_000;

/** A decision that a step of a workflow waits for, or waited for. */
export type ApprovalRecord = PendingRecord & { readonly approval: NonNullable<PendingRecord['approval']> };

/** Open approvals whose time is over within 60 days, the first at the top. */
export async function openApprovals(services: AnswerServices): Promise<ApprovalRecord[]> {
  const open = await openRequests(AHEAD_MS, services);
  return open.filter((record): record is ApprovalRecord => record.approval !== undefined);
}

/** One approval, open or decided. @throws LanewayError NOT_FOUND */
export async function approvalById(id: string, services: AnswerServices): Promise<ApprovalRecord> {
  const record = await requestById(id, services);
  if (record.approval) return record as ApprovalRecord;
  throw new LanewayError('NOT_FOUND', `request '${id}' is no approval but ${record.type}`, {
    help: ['open ones: laneway approval list; a request is answered with laneway requests answer'],
  });
}

/**
 * Decides an approval: noted in the ledger with who and why, then published as `ApprovalDecided`, which the workflow goes on
 * with. The first decision stands.
 *
 * @throws LanewayError NOT_FOUND, REFUSED when it has been decided, INVALID_OPTION without who or why, PUBLISH
 */
export async function decideApproval(
  id: string,
  decision: 'approved' | 'rejected',
  actor: Actor,
  services: AnswerServices,
): Promise<Settled> {
  await approvalById(id, services);
  return answerRequest(id, { decision, by: actor.by, reason: actor.why }, actor, services);
}
