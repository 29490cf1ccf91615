import { reportOf, type RowReport } from '../../../../../bench/reliability/driver/report.js';

const row = (name: string, sent: number): RowReport => ({
  ...{ name, title: `about ${name} \\| and more`, command: `npm run reliability -- --row ${name}`, seconds: 1 },
  ...{ ok: true, sent, effects: sent, quarantined: 0, lost: 0, extra: 0, figure: '3 runs', problems: [] },
});
const about = { seed: 1, quick: false, commit: 'abc', date: '2026-01-01' };
const order = ['load', 'kills', 'races'];

/** Lines of the table's rows, and the sums. */
const rowsIn = (page: string): string[] => page.split('\n').filter((line) => /^\| (\*\*|all )/.test(line));

it('leaves rows that were not run as they were, in the order of all, and sums over both', () => {
  const before = reportOf([row('load', 1_000), row('kills', 20), row('gone', 5)], about);
  const after = reportOf(
    [row('races', 7), { ...row('kills', 30), ok: false }],
    { ...about, date: '2026-02-02' },
    {
      page: before,
      order,
    },
  );
  const [load, kills, races, all] = rowsIn(after);
  expect(load).toBe(rowsIn(before)[0]);
  expect(kills).toMatch(/\*\*no\*\* \| 30 \|.*2026-02-02, abc/);
  expect(races).toMatch(/yes \| 7 \|/);
  expect(all).toMatch(/^\| all 3 rows \| \*\*no\*\* \| 1,037 \| 1,037 \| 0 /);
  expect(rowsIn(after)).toHaveLength(4);
});

it('says of a quick row, and of one with another seed, that it was', () => {
  const [line] = rowsIn(reportOf([row('load', 1)], { ...about, quick: true, seed: 7 }));
  expect(line).toContain('| 2026-01-01, abc, quick: fewer runs, seed 7 |');
});
