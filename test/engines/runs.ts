import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from '../../infra/engines/engine.js';

/** The engines on which the suite is run, in the order of the page's columns. */
export const ENGINES = ['ministack', 'ministack-iam', 'localstack'] as const satisfies readonly EngineName[];

/** One of {@link ENGINES}. */
export type TestedEngine = (typeof ENGINES)[number];

/** Record of one test file in a run on an engine: whether any of its tests ran, and why others did not. */
export interface FileRun {
  readonly ran: boolean;
  /** Titles of the skipped blocks, which end with the reason. */
  readonly skipped: readonly string[];
}

/** By test file, sorted. */
export type EngineRun = Readonly<Record<string, FileRun>>;

/** The runs that docs/reference/engines.md shows, as they are committed. */
export type Runs = Readonly<Record<TestedEngine, EngineRun>>;

/** By engine: beginnings of paths that `--selection` leaves out, and why. */
export type Selection = Readonly<Record<TestedEngine, Readonly<Record<string, string>>>>;

const read = <Content>(file: string): Content => JSON.parse(readFileSync(file, 'utf8')) as Content;

/** The committed record. */
export const committedRuns = (): Runs => read('test/engines/runs.json');

/** Reads which test files `--selection` leaves out. */
export const committedSelection = (): Selection => read('test/engines/selection.json');

/** Every test file that runs on an engine. */
export const engineTestFiles = (): string[] =>
  ['contract', 'e2e', 'integration', 'outside'].flatMap((project) =>
    readdirSync(join('test', project))
      .filter((name) => name.endsWith('.test.ts'))
      .sort()
      .map((name) => `test/${project}/${name}`),
  );

/** Those of them that the selection does not leave out. */
export const selectedTestFiles = (leftOut: Readonly<Record<string, string>>): string[] =>
  engineTestFiles().filter((file) => !Object.keys(leftOut).some((beginning) => file.startsWith(beginning)));

interface Recorded {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly (readonly string[])[];
}

/**
 * Reads what jest's runs on this machine left in `.laneway/engine-runs` about an engine, of files without a failed test; one
 * that failed is named on standard error.
 */
export function recordedRun(engine: TestedEngine): EngineRun {
  const file = join('.laneway', 'engine-runs', `${engine}.json`);
  if (!existsSync(file)) return {};
  const runs = Object.entries(read<Readonly<Record<string, Recorded>>>(file)).flatMap(
    ([name, { passed, failed, skipped }]) => {
      if (failed > 0) process.stderr.write(`${engine}: ${name}: ${failed} failed, not taken over\n`);
      // A block is skipped with its reason in its title; its tests have nothing to add.
      const blocks = skipped.map((titles) => titles.find((title) => title.includes('SKIPPED')) ?? titles.join(' › '));
      return failed > 0 ? [] : [[name, { ran: passed > 0, skipped: [...new Set(blocks)] }] as const];
    },
  );
  return Object.fromEntries(runs);
}
