/**
 * `npm run engines`: takes over what the runs on this machine recorded and writes docs/reference/engines.md. `-- --check`: writes
 * nothing, and fails where a run of this machine disagrees with what is committed. A file without a run here keeps what
 * is committed of it; with `--whole`, as after a run of everything, it fails where MiniStack should have run it.
 */
import { writeFileSync } from 'node:fs';
import { disagreements } from './check-runs.js';
import { enginesPage } from './page.js';
import {
  committedRuns,
  committedSelection,
  ENGINES,
  recordedRun,
  selectedTestFiles,
  type EngineRun,
  type Runs,
  type TestedEngine,
} from './runs.js';

const selection = committedSelection();
const committed = committedRuns();
const isWhole = process.argv.includes('--whole');

/** Of the files that the selection has, sorted. */
const ofSelection = (engine: TestedEngine, run: EngineRun): EngineRun =>
  Object.fromEntries(selectedTestFiles(selection[engine]).flatMap((file) => (run[file] ? [[file, run[file]]] : [])));

if (process.argv.includes('--check')) {
  for (const engine of ENGINES) {
    const run = ofSelection(engine, recordedRun(engine));
    process.stderr.write(`${engine}: ${Object.keys(run).length} test files ran here\n`);
    const selected = selectedTestFiles(selection[engine]);
    for (const line of disagreements({ engine, run, committed: committed[engine], selected }, isWhole)) {
      process.stderr.write(`${line}\n`);
      process.exitCode = 1;
    }
  }
  if (process.exitCode === 1)
    process.stderr.write('docs/reference/engines.md is not what ran here; npm run engines writes it\n');
} else {
  const taken = ENGINES.map((engine) => {
    const run = ofSelection(engine, { ...committed[engine], ...recordedRun(engine) });
    const missing = selectedTestFiles(selection[engine]).filter((file) => run[file] === undefined);
    for (const file of missing) process.stderr.write(`${engine}: no run of ${file}\n`);
    return [engine, run] as const;
  });
  const runs = Object.fromEntries(taken) as unknown as Runs;
  writeFileSync('test/engines/runs.json', `${JSON.stringify(runs, null, 2)}\n`);
  writeFileSync('docs/reference/engines.md', enginesPage(runs, selection));
}
