import { visibleLine } from '../../shared/domain/base/visible-text.js';
import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { deliveryStatus } from './delivery-status.js';
import { participantsOf, stepsOf, type SequenceStep } from './sequence-steps.js';
import { viewConversation } from './conversation-view.js';
import { between, span } from './time.js';

/**
 * A conversation as a Mermaid `sequenceDiagram`: a solid arrow for a message, a dashed one for a reply, a crossed one
 * where the delivery became a dead letter, with a note of the reason.
 */
export function renderMermaid(entries: readonly LedgerEntry[]): string {
  const view = viewConversation(entries);
  const names = participantsOf(view);
  const alias = (name: string) => `p${names.indexOf(name)}`;
  const kinds = new Map(view.messages.map((message) => [message.publisher, message.publisherKind]));
  const declared = names.map((name) => {
    const keyword = kinds.get(name) === 'client' || kinds.get(name) === 'foreign' ? 'actor' : 'participant';
    return `  ${keyword} ${alias(name)} as ${escapeText(name)}`;
  });
  const requests = new Set<string>();
  const lines = stepsOf(view).flatMap((step) => stepLines(step, alias, requests, view.began));
  return ['sequenceDiagram', ...declared, ...lines].join('\n');
}

function stepLines(
  { message, delivery, repeated }: SequenceStep,
  alias: (name: string) => string,
  requests: Set<string>,
  began: string,
): string[] {
  const isReply =
    message.requestId !== undefined && requests.has(message.requestId) && message.causationId !== undefined;
  if (message.requestId !== undefined && !repeated && !isReply) requests.add(message.requestId);
  const at = `+${span(between(began, message.time))}`;
  const label = escapeText(`${message.type} (${message.priority}) ${at}`);
  const from = alias(message.publisher);
  if (delivery === undefined) return [`  Note over ${from}: ${label}, no subscriber`];
  const to = alias(delivery.receiver);
  const status = deliveryStatus(message, delivery);
  const arrow = `${isReply ? '--' : '-'}${status.tone === 'bad' ? 'x' : '>>'}`;
  const handled = status.sign === '✓' && message.attempt === 1 && delivery.record?.tries === 1;
  const trouble = status.trouble === undefined ? '' : `, ${status.trouble}`;
  return [
    `  ${from}${arrow}${to}: ${label}`,
    ...(handled ? [] : [`  Note right of ${to}: ${escapeText(`${status.text}${trouble}`)}`]),
  ];
}

/**
 * Text safe in a label or name of any Mermaid diagram. Mermaid ends a statement at `;`, a label at `"` or `|`, reads `#…;`
 * as a character reference, `%%` as a comment or directive, backticks as Markdown, and markup as HTML.
 */
export function escapeText(text: string): string {
  const references: Readonly<Record<string, string>> = {
    '#': '#35;',
    ';': '#59;',
    '&': '#amp;',
    '<': '#lt;',
    '>': '#gt;',
    '"': '#quot;',
    '|': '#124;',
    '`': '#96;',
    '%': '#37;',
  };
  return visibleLine(text.replace(/\s+/g, ' ')).replace(
    /[#;&<>"|`]|%(?=[%{])/g,
    (character) => references[character] ?? character,
  );
}
