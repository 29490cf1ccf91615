import { readFileSync } from 'node:fs';
import { disagreements } from '../engines/check-runs.js';
import { enginesPage } from '../engines/page.js';
import { committedRuns, committedSelection, ENGINES, engineTestFiles, selectedTestFiles } from '../engines/runs.js';

describe('docs/reference/engines.md', () => {
  const runs = committedRuns();
  const selection = committedSelection();

  it('is what npm run engines writes of the recorded runs and of what the engines lack', () => {
    expect(readFileSync('docs/reference/engines.md', 'utf8')).toBe(enginesPage(runs, selection));
  });

  it.each(ENGINES)('knows of every test file whether it ran on %s, or why it was left out', (engine) => {
    // Another list? Run the suite on this engine, then npm run engines.
    expect(Object.keys(runs[engine]).sort()).toEqual(selectedTestFiles(selection[engine]).sort());
  });

  it.each(ENGINES)('leaves out on %s only what there is', (engine) => {
    for (const beginning of Object.keys(selection[engine]))
      expect(engineTestFiles().filter((file) => file.startsWith(beginning))).not.toEqual([]);
  });

  it('gives a reason for each skipped block', () => {
    for (const engine of ENGINES)
      for (const { skipped } of Object.values(runs[engine]))
        for (const title of skipped) expect(title).toMatch(/SKIPPED on .+: .{10,}/);
  });
});

describe('the runs of a machine beside what is committed', () => {
  const ran = { ran: true, skipped: [] };
  const runs = {
    run: { 'test/contract/a.test.ts': ran },
    committed: { 'test/contract/a.test.ts': ran, 'test/contract/b.test.ts': ran },
    selected: ['test/contract/a.test.ts', 'test/contract/b.test.ts'],
  };

  it('agree by hand, where a file without a run keeps what is committed', () => {
    expect(disagreements({ ...runs, engine: 'ministack' }, false)).toEqual([]);
  });

  it('lack a file after a run of everything, on MiniStack with and without permissions', () => {
    for (const engine of ['ministack', 'ministack-iam'] as const)
      expect(disagreements({ ...runs, engine }, true)).toEqual([
        `${engine}: test/contract/b.test.ts: it did not run here, or not well`,
      ]);
    expect(disagreements({ ...runs, engine: 'localstack' }, true)).toEqual([]);
  });

  it('are told where they differ', () => {
    const run = { 'test/contract/a.test.ts': { ran: false, skipped: [] } };
    expect(disagreements({ ...runs, run, engine: 'ministack' }, false)).toEqual([
      expect.stringMatching(/a\.test\.ts: committed is .*true.*, here it was .*false/),
    ]);
  });

  it('are those of engines that the run of everything starts itself, and all of them are asked for', () => {
    const everything = readFileSync('.ci/run', 'utf8');
    expect(everything).toMatch(/^unset AWS_ENDPOINT_URL LANEWAY_ENGINE$/m);
    expect(everything).toMatch(/engines --check --whole$/m);
  });
});
