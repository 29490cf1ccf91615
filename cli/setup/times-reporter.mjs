import { relative, sep } from 'node:path';
import { root } from './report.mjs';

const SLOWEST = 8;

/** A reporter for jest: prints, when a run has ended, how long each suite took and which test files took longest. */
export default class TimesReporter {
  onRunComplete(_, { testResults }) {
    const files = testResults
      .map(({ testFilePath, perfStats, displayName }) => ({
        file: relative(root, testFilePath).split(sep).join('/'),
        suite: displayName?.name ?? '',
        ms: perfStats.runtime,
      }))
      .toSorted((a, b) => b.ms - a.ms);
    if (files.length < 2) return;
    const suites = new Map();
    for (const { suite, ms } of files) suites.set(suite, (suites.get(suite) ?? 0) + ms);
    const lines = [
      'time by suite, all workers together:',
      ...[...suites].map(([suite, ms]) => `  ${seconds(ms)}  ${suite}`),
      'slowest files:',
      ...files
        .slice(0, SLOWEST)
        .map(({ file, suite, ms }) => `  ${seconds(ms)}  ${file}${suite === 'built' ? ' (built)' : ''}`),
    ];
    process.stderr.write(`${lines.join('\n')}\n`);
  }
}

const seconds = (ms) => `${(ms / 1000).toFixed(1).padStart(7)} s`;
