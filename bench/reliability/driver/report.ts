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

/** The page docs/reference/reliability.md. */
export function reportOf(rows: readonly RowReport[], { seed, quick, commit, date }: About): string {
  const total = (pick: (row: RowReport) => number): string => count(rows.reduce((sum, row) => sum + pick(row), 0));
  const lines = rows.map(
    ({ name, title, ok, sent, effects, quarantined, lost, extra, figure, command }) =>
      `| **${name}**: ${title} | ${ok ? 'yes' : '**no**'} | ${[sent, effects, quarantined, lost, extra].map(count).join(' | ')} | ${figure} | \`${command}\` |`,
  );
  return `# Reliability

Written by \`npm run reliability\`; do not edit. ${date}, seed ${seed}, commit ${commit}${quick ? ', quick (fewer runs of each row)' : ''}.

Effects are counted by a witness outside Laneway: handlers append a business key to a file that neither ledger nor dedupe
touch, and each key counts once. _Sent_ counts the deliveries (or what the row's title counts) that must have an effect or a
reason. _Quarantined_ counts those that ended without an effect and with a reason in the ledger (dead letter, expired,
refused to its sender), _lost_ those that have neither. _Extra_ counts every outcome beyond one: an effect of a second try, a
second terminal state, a needless sending. A handler whose process dies after its work runs again. Its \`effectKey\` lets the
called service recognise the repetition, so that the repetition of the same key is no extra effect.

| row | ok | sent | effects | quarantined | lost | extra | figure | repeat it |
| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- |
${lines.join('\n')}
| all ${rows.length} rows | ${rows.every(({ ok }) => ok) ? 'yes' : '**no**'} | ${total(({ sent }) => sent)} | ${total(({ effects }) => effects)} | ${total(({ quarantined }) => quarantined)} | ${total(({ lost }) => lost)} | ${total(({ extra }) => extra)} | | \`npm run reliability${quick ? ' -- --quick' : ''}\` |

\`npm run reliability -- --mutations\` breaks a copy of the sources in one rule at a time (no lease, outcome after the sending,
new ids at each sending ...) and shows which row notices. The rows run
over stores in memory, so that mutations of the adapters of DynamoDB (four were tried) are noticed by the contract tests
alone, which hold both kinds of stores to one suite.
`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
