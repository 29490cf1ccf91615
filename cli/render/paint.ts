import { styleText } from 'node:util';
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

type Style = Parameters<typeof styleText>[0];

// The caller knows the stream and has decided that it is a terminal.
const styled = (style: Style) => (text: string) => styleText(style, text, { validateStream: false });

/** ANSI colours. */
export const terminalPaint: Paint = {
  strong: styled('bold'),
  faint: styled('dim'),
  good: styled('green'),
  warn: styled('yellow'),
  bad: styled('red'),
};

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
