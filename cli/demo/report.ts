import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import type { Paint } from '../render/paint.js';
import { renderSequence } from '../render/sequence.js';
import { table } from '../render/table.js';
import { span } from '../render/time.js';
import { payloadsOf, type ConversationState } from './conversation-state.js';
import { laneStatistics } from './lane-statistics.js';
import { quantile } from './quantile.js';
import type { NoticeMail } from './demo-bystanders.js';
import type { WatchedConversation } from './watch.js';

/** A conversation with the states it may end in. */
export interface JudgedConversation extends ConversationState {
  readonly expected: readonly string[];
}

/** True when a conversation is at rest in one of its expected states, without dead letters. */
export function isAsExpected({ state, expected, atRest, deadLettered }: JudgedConversation): boolean {
  return atRest && deadLettered === 0 && expected.includes(state);
}

/** Sequence, mail and slot of each conversation: the long report of a few. */
export function storyReport(
  seen: Iterable<WatchedConversation>,
  mails: ReadonlyMap<string, NoticeMail>,
  paint: Paint,
  width: number,
): string {
  const parts: string[] = [];
  for (const { state, entries } of seen) {
    parts.push(paint.strong(`── ${state.vehicle} (${state.id})`), renderSequence(entries, { paint, width }));
    const mail = mails.get(state.id);
    if (mail)
      parts.push(
        `mail to ${mail.to.join(', ')}: ${mail.subject}`,
        ...mail.text
          .trimEnd()
          .split('\n')
          .map((line) => paint.faint(`  | ${line}`)),
      );
    const decision = decidedCost(entries);
    if (decision) parts.push(decision);
    if (state.released > 0) parts.push('the slot that was held is free again');
    const slot = bookedSlot(entries);
    if (slot) parts.push(`slot booked: ${slot}`);
    parts.push('');
  }
  return parts.join('\n');
}

/** A few ledger entries of a conversation, as they stand in the table. */
export function ledgerExcerpt(entries: readonly LedgerEntry[], paint: Paint): string {
  const rows = entries.slice(0, 8).map((entry) => {
    if (entry.kind === 'delivery') {
      const { receiver, facts, state, tries, updated } = entry.delivery;
      return ['delivery', facts.type, receiver, state, `${tries} ${tries === 1 ? 'try' : 'tries'}`, updated];
    }
    if (entry.kind === 'message')
      return ['message', entry.intent.envelope.type, entry.intent.envelope.source, 'intended', '', entry.at];
    if (entry.kind === 'request')
      return ['request', entry.request.type, entry.request.by, entry.request.state, '', entry.at];
    if (entry.kind === 'escalation')
      return [
        'escalation',
        entry.escalation.type,
        entry.escalation.receiver ?? '',
        entry.escalation.rung,
        '',
        entry.at,
      ];
    if (entry.kind === 'operator')
      return [
        'operator',
        entry.operator.action,
        entry.operator.deadLetter?.receiver ?? '',
        entry.operator.by,
        '',
        entry.at,
      ];
    return [
      'dead letter',
      entry.deadLetter.facts?.type ?? '',
      entry.deadLetter.receiver,
      entry.deadLetter.reason,
      '',
      entry.at,
    ];
  });
  return [paint.strong('ledger (first entries of the first conversation)'), ...table(rows, { indent: '  ' })].join(
    '\n',
  );
}

/** Lanes that took part. */
export function laneReport(entries: Iterable<LedgerEntry>, paint: Paint): string {
  const rows = laneStatistics(entries).map((lane) => [
    lane.agent,
    lane.priority,
    `${lane.deliveries}`,
    span(lane.waitP50),
    span(lane.waitMost),
    span(lane.handleP50),
  ]);
  const head = ['agent', 'lane', 'deliveries', 'wait p50', 'wait most', 'handling p50'];
  return [paint.strong('lanes'), ...table(rows, { head, right: [2, 3, 4, 5], indent: '  ' })].join('\n');
}

/** One line for each conversation, or counts by state when there are many. */
export function outcomeReport(judged: readonly JudgedConversation[], paint: Paint): string {
  if (judged.length <= 10) {
    const rows = judged.map((one) => [
      { text: isAsExpected(one) ? 'ok' : 'NOT AS EXPECTED', paint: isAsExpected(one) ? paint.good : paint.bad },
      one.vehicle,
      one.state,
      `expected ${one.expected.join(' or ')}`,
      `${one.messages} messages`,
      span(one.ms),
    ]);
    return table(rows).join('\n');
  }
  const states = new Map<string, JudgedConversation[]>();
  for (const one of judged) {
    const key = `${one.severity ?? 'not analysed'} -> ${one.state}`;
    states.set(key, [...(states.get(key) ?? []), one]);
  }
  const rows = [...states].map(([state, those]) => [
    state,
    `${those.length}`,
    span(
      quantile(
        those.map(({ ms }) => ms),
        0.5,
      ),
    ),
    span(Math.max(...those.map(({ ms }) => ms))),
  ]);
  return table(rows, { head: ['analysis -> end', 'conversations', 'p50', 'longest'], right: [1, 2, 3] }).join('\n');
}

function bookedSlot(entries: readonly LedgerEntry[]): string | undefined {
  const booked = payloadsOf(entries, 'ServiceScheduled').find(({ status }) => status === 'booked');
  const slot = booked?.['slot'] as { start?: string; bay?: number } | undefined;
  if (!booked || !slot) return undefined;
  const distance = typeof booked['distanceKm'] === 'number' ? `, ${booked['distanceKm']} km away` : '';
  return `${String(booked['centreName'])}, bay ${slot.bay}, ${slot.start}${distance}`;
}

function decidedCost(entries: readonly LedgerEntry[]): string | undefined {
  const [asked] = payloadsOf(entries, 'ApprovalRequested');
  const [decided] = payloadsOf(entries, 'ApprovalDecided');
  if (!asked || !decided) return undefined;
  const { cost, currency, limit } = asked['details'] as { cost?: number; currency?: string; limit: number };
  const price = cost === undefined ? 'of unknown cost' : `for ${currency} ${cost}`;
  const { decision, by, reason } = decided as { decision: string; by: string; reason: string };
  return `repair ${price}, limit ${limit}: ${decision} by ${by} (${reason})`;
}
