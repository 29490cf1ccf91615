import { isDeepStrictEqual } from 'node:util';
import type { EngineRun, TestedEngine } from './runs.js';

/** One engine's runs, as they are compared. */
export interface ComparedRuns {
  readonly engine: TestedEngine;
  /** Of this machine. */
  readonly run: EngineRun;
  readonly committed: EngineRun;
  /** Test files that `--selection` does not leave out. */
  readonly selected: readonly string[];
}

/**
 * Lines about what a run of this machine says otherwise than what is committed.
 * @param isWhole each selected file has to have run here: after a run of everything, and on the engine that is always there
 */
export function disagreements({ engine, run, committed, selected }: ComparedRuns, isWhole: boolean): string[] {
  const others = Object.entries(run).flatMap(([file, found]) => {
    const known = committed[file];
    if (isDeepStrictEqual(found, known)) return [];
    return [`${engine}: ${file}: committed is ${JSON.stringify(known)}, here it was ${JSON.stringify(found)}`];
  });
  if (!isWhole || engine === 'localstack') return others;
  const absent = selected.filter((file) => run[file] === undefined);
  return [...others, ...absent.map((file) => `${engine}: ${file}: it did not run here, or not well`)];
}
