import { LanewayError } from '../../domain/base/errors.js';
import { described, restoredOrDescribed } from '../../domain/execution/kept-state.js';
import type { PendingRecord, RequestOutcome } from '../../domain/request/pending.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import { ApprovalDecided } from '../../message/system-messages.js';
import { closeApproval, type DecideServices } from '../../publishing/close-approval.js';
import { requestById, type AnswerServices, type SentAnswer } from './answer-request.js';
import { checkActor, type Actor } from '../operator-services.js';

/** A decision that a step of a workflow waits for, or waited for. */
export type ApprovalRecord = PendingRecord & { readonly approval: NonNullable<PendingRecord['approval']> };

/** An approval without its waiter, thus without a task token: enough to show and decide it. */
export type OpenApproval = Omit<ApprovalRecord, 'waiter'>;

/** The first decision of an approval: the one that stands. */
export interface StandingDecision {
  readonly decision: 'approved' | 'rejected' | 'silent';
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Open approvals, the one whose time is over first at the top, however far ahead that is. Read from an index, which is
 * eventually consistent: one that was just asked for, or decided, may show (or stay) a second late. Of details that are kept
 * by reference only the size is told.
 */
export async function openApprovals({
  pending,
}: {
  readonly pending: Pick<PendingStore, 'approvals'>;
}): Promise<ApprovalRecord[]> {
  const found: ApprovalRecord[] = [];
  for await (const record of pending.approvals()) if (isApproval(record)) found.push(withDetails(record, described));
  return found;
}

/** One approval, open or decided, with all of its details. @throws LanewayError NOT_FOUND */
export async function approvalById(id: string, services: AnswerServices): Promise<ApprovalRecord> {
  const record = await requestById(id, services);
  if (isApproval(record)) {
    const { correlationId, approval } = record;
    const details = await restoredOrDescribed(approval.details, correlationId, services.publishing.payloads);
    return withDetails(record, () => details);
  }
  throw new LanewayError('NOT_FOUND', `request '${id}' is no approval but ${record.type}`, {
    help: ['open ones: laneway approval list; a request is answered with laneway requests answer'],
  });
}

function withDetails(record: ApprovalRecord, shown: (details: unknown) => unknown): ApprovalRecord {
  return { ...record, approval: { ...record.approval, details: shown(record.approval.details) } };
}

/**
 * Decides an approval by its id. @throws LanewayError NOT_FOUND, and as {@link decideOpen}
 */
export async function decideApproval(
  id: string,
  decision: 'approved' | 'rejected',
  actor: Actor,
  services: AnswerServices & DecideServices,
): Promise<SentAnswer> {
  return decideOpen(await approvalById(id, services), decision, actor, services);
}

/**
 * Decides an approval: noted in the ledger with who and why, then published as `ApprovalDecided`, with which the workflow goes on.
 * The first decision stands, also that nobody made one ({@link closeApproval}). Its note is the only one of the approval, and its
 * message has an id that follows from the approval, so that of several at once one is taken down. A later caller publishes that one
 * again, in case its author died in between, and is told of it. The same decision by the same person again is no error.
 *
 * @throws LanewayError REFUSED when it has been decided otherwise or by somebody else, INVALID_OPTION without who or why, PUBLISH
 */
export async function decideOpen(
  record: OpenApproval,
  decision: 'approved' | 'rejected',
  actor: Actor,
  services: DecideServices,
): Promise<SentAnswer> {
  checkActor(actor);
  const { requestId, correlationId } = record;
  if (record.outcome) throw alreadyDecided(record, decisionOf(record.outcome));
  const { by, why } = actor;
  const standing = await closeApproval(record, { decision, by, why }, services);
  if (standing.decision !== decision || standing.by !== by) throw alreadyDecided(record, standing);
  return { requestId, conversation: correlationId, messageId: standing.messageId };
}

/** Reads the decision from an outcome; undefined for an approval that ended otherwise. */
export function decisionOf(outcome: RequestOutcome): StandingDecision | undefined {
  if (outcome.state !== 'replied') return undefined;
  const decided = ApprovalDecided.schema.safeParse(outcome.data);
  return decided.success ? { decision: decided.data.decision, by: decided.data.by, at: outcome.at } : undefined;
}

/** The decision in a refusal by {@link decideOpen}. */
export class AlreadyDecided extends LanewayError {
  constructor(
    readonly standing: StandingDecision | undefined,
    { requestId, correlationId, outcome }: Pick<PendingRecord, 'requestId' | 'correlationId' | 'outcome'>,
  ) {
    const how = standing ? `${standing.decision} by ${standing.by}, ${standing.at}` : (outcome?.state ?? 'ended');
    super('REFUSED', `approval '${requestId}' has been decided: ${how}`, {
      help: ['the first decision stands', `see: laneway trace ${correlationId}`],
    });
  }
}

function alreadyDecided(record: OpenApproval, standing: StandingDecision | undefined): AlreadyDecided {
  return new AlreadyDecided(standing, record);
}

function isApproval(record: PendingRecord): record is ApprovalRecord {
  return record.approval !== undefined;
}
