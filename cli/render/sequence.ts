import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { deliveryStatus, operatorLines, requestLines, storyHead } from './delivery-status.js';
import { paintPriority, plainPaint, type Paint } from './paint.js';
import { participantsOf, stepsOf, type SequenceStep } from './sequence-steps.js';
import { viewConversation, type ConversationView } from './conversation-view.js';
import { table, type Cell } from './table.js';
import { between, span } from './time.js';

/** Colours and width of a sequence diagram. */
export interface SequenceOptions {
  readonly paint?: Paint;
  /** Columns there are: with fewer than the names need, the lifelines get letters. @defaultValue endless */
  readonly width?: number;
}

const letterPitch = 6;
const statusRoom = 40;

/**
 * A conversation as a sequence diagram in text: a row for each hop, with the time since the conversation began, type
 * and priority, an arrow between the lifelines, how long it waited in its lane and how its handling went.
 */
export function renderSequence(entries: readonly LedgerEntry[], options: SequenceOptions = {}): string {
  const { paint = plainPaint, width = Number.POSITIVE_INFINITY } = options;
  const view = viewConversation(entries);
  const steps = stepsOf(view);
  const names = participantsOf(view);
  const left = leftColumns(view, steps, paint);
  const leftWidth = Math.max(0, ...left.plain.map((line) => line.length));
  const pitch = Math.max(letterPitch, ...names.map((name) => name.length + 2));
  const spelled = leftWidth + pitch * names.length + statusRoom <= width;
  const lifelines = spelled ? { names, pitch } : { names, pitch: letterPitch };
  const heads = spelled ? names : names.map((_, index) => letter(index));

  const rows = steps.map((step, index) => {
    const line = left.painted[index + 1] ?? '';
    const blank = ' '.repeat(leftWidth - (left.plain[index + 1]?.length ?? 0) + 2);
    return `${line}${blank}${drawLine(step, lifelines, paint)}${statusOf(step, paint)}`;
  });
  const headLine = `${left.painted[0] ?? ''}${' '.repeat(leftWidth - (left.plain[0]?.length ?? 0) + 2)}`;
  const requests = [...requestLines(view, paint), ...operatorLines(view, paint)];
  return [
    ...storyHead(view, paint),
    ...(spelled ? [] : ['', ...names.map((name, index) => `  ${paint.strong(letter(index))}  ${name}`)]),
    '',
    `${headLine}${paint.strong(heads.map((head) => centred(head, lifelines.pitch)).join(''))}`.trimEnd(),
    ...rows.map((row) => row.trimEnd()),
    ...(requests.length === 0 ? [] : ['', ...requests]),
  ].join('\n');
}

/** The columns before the lifelines, once plain (for their widths) and once painted; the first line is their head. */
function leftColumns(view: ConversationView, steps: readonly SequenceStep[], paint: Paint) {
  const cells = (painted: Paint): Cell[][] =>
    steps.map(({ message, delivery, repeated }) => {
      const at = { text: `+${span(between(view.began, message.time))}`, paint: painted.faint };
      // A message to several receivers is named once.
      if (repeated) return [{ text: '', paint: painted.faint }, '', ''];
      const again = message.attempt > 1 ? ` (attempt ${message.attempt})` : '';
      const priority = { text: message.priority, paint: paintPriority(message.priority, painted) };
      return [at, `${message.type}${again}`, delivery === undefined ? { text: message.priority } : priority];
    });
  const set = (using: Paint) =>
    table(cells(using), {
      head: ['at', 'message', 'priority'].map((text) => ({ text, paint: using.faint })),
      right: [0],
    });
  return { plain: set(plainPaint), painted: set(paint) };
}

interface Lifelines {
  readonly names: readonly string[];
  readonly pitch: number;
}

/** One row of lifelines with the arrow of a hop across those between. */
function drawLine({ message, delivery }: SequenceStep, { names, pitch }: Lifelines, paint: Paint): string {
  const centre = (index: number) => index * pitch + Math.floor((pitch - 1) / 2);
  const cells = Array.from({ length: names.length * pitch }, () => ' ');
  names.forEach((_, index) => (cells[centre(index)] = '│'));
  const from = names.indexOf(message.publisher);
  const to = delivery === undefined ? -1 : names.indexOf(delivery.receiver);
  if (from >= 0) cells[centre(from)] = '●';
  if (from >= 0 && to >= 0 && from !== to) {
    const [start, end] = from < to ? [centre(from) + 1, centre(to) - 1] : [centre(to) + 1, centre(from) - 1];
    const failed = delivery?.record?.state === 'dead-lettered' || delivery?.deadLetter !== undefined;
    for (let column = start; column <= end; column++) cells[column] = '─';
    cells[from < to ? end : start] = failed ? '✗' : from < to ? '►' : '◄';
  } else if (from >= 0 && from === to) {
    cells[centre(from) + 1] = '↩';
  }
  const row = cells.join('');
  return delivery?.record?.state === 'dead-lettered' ? paint.bad(row) : row;
}

function statusOf({ message, delivery }: SequenceStep, paint: Paint): string {
  if (delivery === undefined) return paint.faint('  (no subscriber)');
  const status = deliveryStatus(message, delivery);
  const waited = status.waited === undefined ? '' : `waited ${status.waited}, `;
  const trouble = status.trouble === undefined ? '' : `, ${status.trouble}`;
  return `  ${paint.faint(waited)}${paint[status.tone](`${status.sign} ${status.text}${trouble}`)}`;
}

/** A, B, ..., Z, AA, AB, ... */
function letter(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last;
}

function centred(text: string, width: number): string {
  const before = Math.max(0, Math.floor((width - 1) / 2) - Math.floor((text.length - 1) / 2));
  return `${' '.repeat(before)}${text}`.padEnd(width);
}
