/** Text of a cell, with what to paint it by once its width is known. */
export type Cell = string | { readonly text: string; readonly paint?: (text: string) => string };

/** How a table is set. */
export interface TableOptions {
  /** Painted heads of the columns. */
  readonly head?: readonly Cell[];
  /** Columns (from 0) whose text stands at the right. */
  readonly right?: readonly number[];
  readonly indent?: string;
}

const gap = '  ';

/** Rows as aligned columns, two spaces apart, without trailing blanks. One line a row. */
export function table(rows: readonly (readonly Cell[])[], options: TableOptions = {}): string[] {
  const { head, right = [], indent = '' } = options;
  const all = head === undefined ? rows : [head, ...rows];
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

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}
