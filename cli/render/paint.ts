import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { PRIORITIES, type Priority } from '../../shared/domain/base/priority.js';

/** Emphasis of a piece of text; plain where there is no terminal. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

const same = (text: string) => text;

/** No colour at all. */
export const plainPaint: Paint = { strong: same, faint: same, good: same, warn: same, bad: same };

// Nobody who writes a message knows it, so that a text can neither forge nor end a colour.
const KEY = randomUUID();
const MARKS = new RegExp(`<${KEY} (\\d+)>`, 'g');

const marked = (style: 'bold' | 'dim' | 'green' | 'yellow' | 'red') => {
  const [on, off] = inspect.colors[style] ?? [0, 0];
  return (text: string) => `<${KEY} ${on}>${text}<${KEY} ${off}>`;
};

/** Colours as marks, of which {@link inColour} makes ANSI codes once the text is safe for a terminal. */
export const terminalPaint: Paint = {
  strong: marked('bold'),
  faint: marked('dim'),
  good: marked('green'),
  warn: marked('yellow'),
  bad: marked('red'),
};

/** A text with the marks of {@link terminalPaint} as ANSI codes. */
export function inColour(text: string): string {
  return text.replace(MARKS, '\u001b[$1m');
}

/** Urgent priorities stand out, low ones step back. */
export function paintPriority(priority: Priority, paint: Paint): (text: string) => string {
  return { critical: paint.bad, high: paint.warn, normal: same, low: paint.faint }[priority];
}

/** Paints every priority that a text names in its own colour. */
export function paintPriorities(paint: Paint): (text: string) => string {
  return (text) =>
    text
      .split(' ')
      .map((word) => {
        const priority = PRIORITIES.find((known) => known === word);
        return priority === undefined ? word : paintPriority(priority, paint)(word);
      })
      .join(' ');
}
