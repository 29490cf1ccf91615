/** Longest line that is read, characters. A row of readings has a few hundred. */
export const LONGEST_LINE = 65_536;

/** A line of a file without its end; `text` is undefined for one longer than {@link LONGEST_LINE}. Numbers count from 1. */
export interface TextLine {
  readonly line: number;
  readonly text: string | undefined;
}

/**
 * The lines of a text in UTF-8. A line ends with LF, CR or CR LF, each as it comes. Memory grows neither with the file nor with
 * a line: of one that is too long, nothing is kept.
 */
export async function* readLines(
  source: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder();
  let line = 1;
  let kept: string | undefined = '';
  let endsWithReturn = false;
  for await (const chunk of source) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    let from = endsWithReturn && text.startsWith('\n') ? 1 : 0;
    if (text !== '') endsWithReturn = text.endsWith('\r');
    for (let end = endOfLine(text, from); end < text.length; end = endOfLine(text, from)) {
      yield { line, text: joined(kept, text, from, end) };
      line += 1;
      kept = '';
      from = text.startsWith('\r\n', end) ? end + 2 : end + 1;
    }
    kept = joined(kept, text, from, text.length);
  }
  kept = joined(kept, decoder.decode(), 0, Number.POSITIVE_INFINITY);
  if (kept !== '') yield { line, text: kept };
}

function endOfLine(text: string, from: number): number {
  const [feed, carriage] = [text.indexOf('\n', from), text.indexOf('\r', from)];
  if (feed < 0 && carriage < 0) return text.length;
  return feed < 0 ? carriage : carriage < 0 ? feed : Math.min(feed, carriage);
}

function joined(kept: string | undefined, text: string, from: number, to: number): string | undefined {
  if (kept === undefined || kept.length + Math.min(to, text.length) - from > LONGEST_LINE) return undefined;
  return kept + text.slice(from, to);
}

/**
 * The cells of a line, without the spaces around them. A cell in quotes may hold separators, and quotes doubled; where quotes do not
 * pair up they are taken as they stand, so that a stray one spoils its own line only.
 */
export function cellsOf(line: string, separator: string): string[] {
  return (
    (line.includes('"') ? quotedCells(line, separator) : undefined) ?? line.split(separator).map((cell) => cell.trim())
  );
}

function quotedCells(line: string, separator: string): string[] | undefined {
  const cells: string[] = [];
  for (let at = 0; at <= line.length;) {
    const begin = at + (/^[^\S\t]*/.exec(line.slice(at, at + 64))?.[0].length ?? 0);
    if (line[begin] !== '"') {
      const end = line.indexOf(separator, at);
      const cell = line.slice(at, end < 0 ? line.length : end);
      if (cell.includes('"')) return undefined;
      cells.push(cell.trim());
      if (end < 0) return cells;
      at = end + 1;
      continue;
    }
    let cell = '';
    let from = begin + 1;
    for (;;) {
      const quote = line.indexOf('"', from);
      if (quote < 0) return undefined;
      cell += line.slice(from, quote);
      from = quote + 1;
      if (line[from] !== '"') break;
      cell += '"';
      from += 1;
    }
    cells.push(cell.trim());
    const end = line.indexOf(separator, from);
    if (line.slice(from, end < 0 ? line.length : end).trim() !== '') return undefined;
    if (end < 0) return cells;
    at = end + 1;
  }
  return cells;
}
