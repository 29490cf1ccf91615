import { derivedId } from '../domain/base/ids.js';
import type { PendingRecord } from '../domain/request/pending.js';
import type { OperatorEntry } from '../domain/evidence/dead-letter-book.js';
import type { Ports } from '../domain/ports.js';
import { behindRequest } from '../domain/request/request-lineage.js';
import { ApprovalDecided } from '../message/system-messages.js';
import { publishMessage, type Publishing } from './publish-message.js';

/** Ports that closing an approval works with. */
export interface DecideServices extends Pick<Ports, 'clock'> {
  readonly book: Pick<Ports['book'], 'recordFirst'>;
  /** Publishes under the name of the program that takes the decision down. */
  readonly publishing: Publishing;
}

/** A decision on an approval, as its note in the ledger has it. */
export type ClosedApproval = Pick<OperatorEntry, 'by' | 'why' | 'at'> & {
  readonly decision: NonNullable<OperatorEntry['decision']>;
  readonly messageId: string;
};

/**
 * Takes a decision on an approval down; nobody's decision in time is one as well. It is noted in the ledger by a write
 * that only the first of an approval wins, then published as `ApprovalDecided`. A later caller publishes the decision
 * that stands again, in case its author died in between.
 *
 * @returns the decision that stands
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function closeApproval(
  record: Omit<PendingRecord, 'waiter'>,
  given: Pick<ClosedApproval, 'decision' | 'by' | 'why'>,
  { clock, book, publishing }: DecideServices,
): Promise<ClosedApproval> {
  const { requestId, correlationId } = record;
  const idOf = (decision: ClosedApproval['decision']): string =>
    derivedId(ApprovalDecided.name, requestId, decision === 'silent' ? 'silent' : 'person');
  const stands = await book.recordFirst({
    ...{ id: derivedId('operator', 'decide', requestId), correlationId, requestId, action: 'answer' },
    ...{ ...given, messageId: idOf(given.decision), at: new Date(clock.now()).toISOString() },
  });
  const { decision = given.decision, by, why, at } = stands;
  const id = idOf(decision);
  const data = { decision, by, reason: why };
  await publishMessage(publishing, ApprovalDecided, data, { ...behindRequest(record), id, requestId });
  return { decision, by, why, at, messageId: id };
}
