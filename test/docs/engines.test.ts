import { readFileSync } from 'node:fs';
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
