import type { RowResult } from './row.js';

/** A row that was run. */
export interface RowReport extends RowResult {
  readonly name: string;
  readonly title: string;
  /** Repeats it. */
  readonly command: string;
  readonly seconds: number;
}

/** Facts of a run of rows. */
interface About {
  readonly seed: number;
  readonly quick: boolean;
  readonly commit: string;
  readonly date: string;
}

/** Rows of a page that were run another time. */
export interface EarlierRows {
  /** Text of the page that has them. */
  readonly page: string;
  /** Names of all rows, in the order of the page; what has another name is left out. */
  readonly order: readonly string[];
}

/** A row in one line. */
export function lineOf({ ok, sent, effects, quarantined, lost, extra, figure, seconds }: RowReport): string {
  const counts = `sent ${sent}, effects ${effects}, quarantined ${quarantined}, lost ${lost}, extra ${extra}`;
  return `${ok ? 'ok' : 'NOT OK'}  ${counts}; ${figure} (${seconds.toFixed(1)} s)`;
}

/** Columns of counts, of which the last line has sums. */
const COUNTS = ['sent', 'effects', 'quarantined', 'lost', 'extra'] as const;
const COLUMNS = ['row', 'ok', ...COUNTS, 'figure', 'run', 'repeat it'];
/** Place of the first count in a line. */
const FIRST_COUNT = COLUMNS.indexOf(COUNTS[0]);

/**
 * The page docs/reference/reliability.md.
 * @param earlier rows that stay as they are where they were not run now: a run of all takes hours
 */
export function reportOf(rows: readonly RowReport[], about: About, earlier?: EarlierRows): string {
  const now = new Map(rows.map((row) => [row.name, cellsOf(row, about)]));
  const before = cellsIn(earlier?.page ?? '');
  const order = earlier?.order ?? rows.map(({ name }) => name);
  const lines = order.map((name) => now.get(name) ?? before.get(name)).filter((cells) => cells !== undefined);
  const sums = COUNTS.map((_, at) => lines.reduce((sum, cells) => sum + numberIn(cells[FIRST_COUNT + at]), 0));
  const ok = lines.every((cells) => cells[1] === 'yes') ? 'yes' : '**no**';
  const all = [`all ${lines.length} rows`, ok, ...sums.map(count), '', '', '`npm run reliability`'];
  const head = [COLUMNS, COLUMNS.map((column) => (COUNTS.some((one) => one === column) ? '---:' : '---'))];
  return `# Reliability

Written by \`npm run reliability\`; do not edit. A row that is run with \`--write\` replaces its own line: _run_ says when each was
run, and on which commit.

Effects are counted by a witness outside Laneway: handlers append a business key to a file that neither ledger nor dedupe
touch, and each key counts once. _Sent_ counts the deliveries (or what the row's title counts) that must have an effect or a
reason. _Quarantined_ counts those that ended without an effect and with a reason in the ledger (dead letter, expired,
refused to its sender), _lost_ those that have neither. _Extra_ counts every outcome beyond one: an effect of a second try, a
second terminal state, a needless sending. A handler whose process dies after its work runs again. Its \`effectKey\` lets the
called service recognise the repetition, so that the repetition of the same key is no extra effect.

${[...head, ...lines, all].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}

\`npm run reliability -- --mutations\` breaks a copy of the sources in one rule at a time (no lease, outcome after the sending,
new ids at each sending ...) and shows which row notices. The rows run
over stores in memory, so that mutations of the adapters of DynamoDB (four were tried) are noticed by the contract tests
alone, which hold both kinds of stores to one suite.
`;
}

function cellsOf(row: RowReport, { seed, quick, commit, date }: About): readonly string[] {
  const run = [date, commit, ...(quick ? ['quick: fewer runs'] : []), ...(seed === 1 ? [] : [`seed ${seed}`])];
  const counts = COUNTS.map((name) => count(row[name]));
  const title = `**${row.name}**: ${row.title}`;
  return [title, row.ok ? 'yes' : '**no**', ...counts, row.figure, run.join(', '), `\`${row.command}\``];
}

/** Cells of the rows of a page, by the rows' names. */
function cellsIn(page: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const line of page.split('\n')) {
    const name = /^\| \*\*([a-z-]+)\*\*: /.exec(line)?.[1];
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    if (name !== undefined && cells.length === COLUMNS.length)
      found.set(
        name,
        cells.map((cell) => cell.trim()),
      );
  }
  return found;
}

const numberIn = (cell = ''): number => Number(cell.replaceAll(',', ''));

function count(number: number): string {
  return number.toLocaleString('en-US');
}
