import type { RowResult } from './row.js';

/** A row that was run. */
export interface RowReport extends RowResult {
  readonly name: string;
  readonly title: string;
  /** Repeats it. */
  readonly command: string;
  readonly seconds: number;
}

/** Facts of a run of rows, for the head of the page. */
interface About {
  readonly seed: number;
  readonly quick: boolean;
  readonly commit: string;
  readonly date: string;
}

/** A row in one line. */
export function lineOf({ ok, sent, effects, quarantined, lost, extra, figure, seconds }: RowReport): string {
  const counts = `sent ${sent}, effects ${effects}, quarantined ${quarantined}, lost ${lost}, extra ${extra}`;
  return `${ok ? 'ok' : 'NOT OK'}  ${counts}; ${figure} (${seconds.toFixed(1)} s)`;
}

/** The page docs/reliability.md. */
export function reportOf(rows: readonly RowReport[], { seed, quick, commit, date }: About): string {
  const total = (pick: (row: RowReport) => number): string => count(rows.reduce((sum, row) => sum + pick(row), 0));
  const lines = rows.map(
    ({ name, title, ok, sent, effects, quarantined, lost, extra, figure, command }) =>
      `| **${name}**: ${title} | ${ok ? 'yes' : '**no**'} | ${[sent, effects, quarantined, lost, extra].map(count).join(' | ')} | ${figure} | \`${command}\` |`,
  );
  return `# Reliability

Written by \`npm run reliability\`; do not edit. ${date}, seed ${seed}, commit ${commit}${quick ? ', quick (fewer runs of each row)' : ''}.

Effects are counted by a witness outside Laneway: handlers append a business key to a file that neither ledger nor dedupe
touch, and each key counts once. _Sent_ is what must have an effect or a reason: deliveries, or what the row's title counts. _Quarantined_ is what ended without an effect and
with a reason in the ledger (dead letter, expired, refused to its sender). _Lost_ is what has neither. _Extra_ is every
outcome beyond one: an effect of a second try, a second terminal state, a needless sending. A handler whose process dies after its work
runs again; that is what its \`effectKey\` is for, so that the repetition of the same key is no extra effect.

| row | ok | sent | effects | quarantined | lost | extra | figure | repeat it |
| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- |
${lines.join('\n')}
| all ${rows.length} rows | ${rows.every(({ ok }) => ok) ? 'yes' : '**no**'} | ${total(({ sent }) => sent)} | ${total(({ effects }) => effects)} | ${total(({ quarantined }) => quarantined)} | ${total(({ lost }) => lost)} | ${total(({ extra }) => extra)} | | \`npm run reliability${quick ? ' -- --quick' : ''}\` |

\`npm run reliability -- --mutations\` breaks a copy of the sources in one rule at a time (no lease, outcome after the sending,
new ids at each sending ...) and shows which row notices.
`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
