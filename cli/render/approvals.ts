import type { Paint } from './paint.js';
import { table } from './table.js';

/** An approval as people may see it. */
export interface ShownApproval {
  readonly id: string;
  readonly conversation: string;
  readonly workflow: string;
  readonly execution?: string;
  readonly step?: string;
  readonly title: string;
  readonly details: unknown;
  readonly approvers: string;
  readonly escalateTo?: string;
  /** Instant (ISO 8601) at which those who are asked now are passed over. */
  readonly deadline: string;
  /** Instant (ISO 8601) at which the approval counts as unanswered, when it escalates before. */
  readonly bound?: string;
  readonly ended?: string;
  readonly decision?: unknown;
}

/** Approvals as a table: `laneway approval list`. */
export function approvalTable(application: string, approvals: readonly ShownApproval[], paint: Paint): string[] {
  if (approvals.length === 0)
    return [`${application} waits for no approval (one that was asked for just now may show a second late)`];
  const head = ['id', 'title', 'workflow', 'step', 'asked', 'until'].map((text) => ({ text, paint: paint.faint }));
  const rows = approvals.map((approval) => [
    ...[approval.id, approval.title, approval.workflow, approval.step ?? '', askedOf(approval), approval.deadline],
  ]);
  return table(rows, { head });
}

/** A whole approval, with what to type next: `laneway approval show`. */
export function approvalText(approval: ShownApproval, paint: Paint): string[] {
  const rows: [string, string][] = [
    ['approval', approval.id],
    ['title', approval.title],
    ['workflow', `${approval.workflow}, step ${approval.step ?? ''}, execution ${approval.execution ?? ''}`],
    ['conversation', approval.conversation],
    ['asked', askedOf(approval)],
    ['until', approval.deadline],
    ...(approval.ended === undefined
      ? []
      : [['decided', `${approval.ended} ${JSON.stringify(approval.decision)}`] satisfies [string, string]]),
  ];
  const next = [
    `laneway approval approve ${approval.id} --reason '...'`,
    `laneway approval reject ${approval.id} --reason '...'`,
  ];
  return [
    ...table(rows.map(([name, value]) => [{ text: name, paint: paint.faint }, value])),
    '',
    JSON.stringify(approval.details, null, 2),
    ...(approval.ended === undefined ? ['', ...next] : []),
  ];
}

function askedOf({ approvers, escalateTo, bound, deadline }: ShownApproval): string {
  if (escalateTo === undefined) return approvers;
  return deadline === bound ? `${escalateTo} (after ${approvers})` : `${approvers}, then ${escalateTo}`;
}
