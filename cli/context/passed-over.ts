import { visibleLine } from '../../shared/domain/base/visible-text.js';
import type { PassedOver, UnreadableRows } from '../../shared/domain/form/passed-over.js';
import type { Output } from './output.js';

/** Rows that are told one by one. */
const MOST_SHOWN = 10;

/** Rows that the stores which a command opened could not read. */
const opened: UnreadableRows[] = [];

/** Has the end of the command tell what these stores passed over. */
export function tellAtEnd(unreadable: UnreadableRows): void {
  opened.push(unreadable);
}

/** True when the command has opened stores. */
export function hasOpened(): boolean {
  return opened.length > 0;
}

/** Tells how many rows the command passed over, and where. Nothing where all could be read. */
export function tellPassedOver({ failure }: Pick<Output, 'failure'>): void {
  const rows: PassedOver[] = [];
  let count = 0;
  for (const unreadable of opened.splice(0)) {
    const taken = unreadable.take();
    rows.push(...taken.rows);
    count += taken.rows.length + taken.more;
  }
  if (count === 0) return;
  const shown = rows.slice(0, MOST_SHOWN);
  failure(
    [
      `passed over ${count === 1 ? 'one row that' : `${count} rows that`} cannot be read: docs/how-to/runbook.md#unreadable-rows`,
      ...shown.map(({ kind, where, why }) => `  ${kind} ${visibleLine(where)}: ${visibleLine(why)}`),
      ...(count > shown.length ? [`  and ${count - shown.length} more`] : []),
    ].join('\n'),
  );
}
