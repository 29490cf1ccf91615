import { visibleLine } from '../../shared/domain/base/visible-text.js';

/** Text of a cell; `paint` colours it once its width is known. */
export type Cell = string | { readonly text: string; readonly paint?: (text: string) => string };

/** Heads, alignment and width of a table. */
export interface TableOptions {
  /** Painted heads of the columns. */
  readonly head?: readonly Cell[];
  /** Columns (from 0) whose text stands at the right. */
  readonly right?: readonly number[];
  readonly indent?: string;
  /** Columns of the terminal: the last cell of a longer row is continued on lines of its own. @defaultValue endless */
  readonly width?: number;
}

const gap = '  ';

/** Rows as aligned columns, two spaces apart, without trailing blanks. One line a row, whatever stands in a cell. */
export function table(rows: readonly (readonly Cell[])[], options: TableOptions = {}): string[] {
  const { head, right = [], indent = '', width = Number.POSITIVE_INFINITY } = options;
  const whole = (head === undefined ? rows : [head, ...rows]).map((row) => row.map(visibleCell));
  const all = whole.flatMap((row) => continued(row, width - indent.length, whole));
  const widths: number[] = [];
  for (const row of all) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, textOf(cell).length)));
  }
  return all.map((row) => {
    const last = row.findLastIndex((cell) => textOf(cell) !== '');
    const cells = row.slice(0, last + 1).map((cell, column) => {
      const text = textOf(cell);
      const blank = ' '.repeat((widths[column] ?? 0) - text.length);
      const painted = typeof cell === 'string' ? text : (cell.paint?.(text) ?? text);
      if (right.includes(column)) return blank + painted;
      return column === last ? painted : painted + blank;
    });
    return (indent + cells.join(gap)).trimEnd();
  });
}

const narrowest = 24;

/** A row whose last cell is a list too long for the line, as several rows; the list is broken after commas. */
function continued(row: readonly Cell[], width: number, rows: readonly (readonly Cell[])[]): (readonly Cell[])[] {
  const cell = row.at(-1);
  const last = row.length - 1;
  if (cell === undefined || width === Number.POSITIVE_INFINITY) return [row];
  const before = Array.from({ length: last }, (_, column) =>
    Math.max(...rows.map((other) => (other[column] === undefined ? 0 : textOf(other[column]).length))),
  ).reduce((sum, length) => sum + length + gap.length, 0);
  const room = Math.max(narrowest, width - before);
  const lines: string[] = [];
  for (const word of textOf(cell).split(/(?<=,) /)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= room) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  const paint = typeof cell === 'string' ? {} : cell.paint === undefined ? {} : { paint: cell.paint };
  return lines.map((text, index) => [
    ...(index === 0 ? row.slice(0, last) : row.slice(0, last).map(() => '')),
    { text, ...paint },
  ]);
}

function visibleCell(cell: Cell): Cell {
  return typeof cell === 'string' ? visibleLine(cell) : { ...cell, text: visibleLine(cell.text) };
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}
