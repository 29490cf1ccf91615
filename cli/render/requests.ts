import type { Rung } from '../../shared/domain/request/ladder.js';
import type { VisibleRequest } from '../../shared/operator/requests/answer-request.js';
import type { Paint } from './paint.js';
import { table } from './table.js';

/** Requests as a table: `laneway requests list`. */
export function requestTable(application: string, requests: readonly VisibleRequest[], paint: Paint): string[] {
  if (requests.length === 0) return [`${application} has no such requests`];
  const head = ['id', 'type', 'attempt', 'asked', 'until', 'waits'].map((text) => ({ text, paint: paint.faint }));
  const rows = requests.map((request) => [
    ...[request.requestId, request.type, String(request.attempt), askedOf(request), request.deadline, request.waits],
  ]);
  return table(rows, { head, right: [2] });
}

/** A whole request: `laneway requests get`. */
export function requestText(request: VisibleRequest, paint: Paint): string[] {
  const { climb, outcome } = request;
  const cause = climb?.cause;
  const rows: [string, string][] = [
    ['request', request.requestId],
    ['conversation', request.correlationId],
    ['command', `${request.type}, answered by ${request.replyType}`],
    ['waits', request.waits],
    ['state', outcome?.state ?? 'open'],
    ['attempt', `${request.attempt}, ${askedOf(request)}, until ${request.deadline}`],
    ...(climb === undefined ? [] : [['tried', climb.tried.join(', ')] satisfies [string, string]]),
    ...(climb?.ladder === undefined ? [] : [['its own ladder', ladderOf(climb.ladder)] satisfies [string, string]]),
    ...(climb === undefined ? [] : [['whole request until', climb.until] satisfies [string, string]]),
    ...(cause === undefined
      ? []
      : [['attempt before', `${cause.state} at ${cause.at} ${cause.error?.message ?? ''}`] satisfies [string, string]]),
  ];
  const command = climb?.command;
  const payload =
    command === undefined
      ? []
      : ['', command.dataref === undefined ? JSON.stringify(command.data, null, 2) : `payload: ${command.dataref}`];
  return [...table(rows.map(([name, value]) => [{ text: name, paint: paint.faint }, value.trimEnd()])), ...payload];
}

/** `2 retries, second or third, a person` */
function ladderOf(ladder: readonly Rung[]): string {
  const rungs = ladder.flatMap((rung) => {
    if (rung.kind === 'retry')
      return rung.times === 0 ? [] : [`${rung.times} ${rung.times === 1 ? 'retry' : 'retries'}`];
    if (rung.kind === 'channel') return [`channel ${rung.channel}`];
    return [rung.kind === 'person' ? 'a person' : rung.agents.join(' or ')];
  });
  return rungs.join(', ') || 'one attempt';
}

function askedOf({ approval, climb, holds, receiver, type, replyType }: VisibleRequest): string {
  if (approval !== undefined) return `people: ${approval.approvers}`;
  if (holds === 'time') return 'nobody: a time';
  if (holds === 'workflow') return 'a workflow';
  if (type === `await ${replyType}`) return `whoever publishes ${replyType}`;
  if (climb === undefined) return receiver ?? 'an agent';
  if (climb.phase === 'pausing') return `next: ${climb.receiver ?? ''}`;
  return climb.receiver ?? 'a person';
}
