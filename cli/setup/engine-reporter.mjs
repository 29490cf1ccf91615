import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { root } from './report.mjs';

/**
 * A reporter for jest: records in `.laneway/engine-runs/<engine>.json` which tests ran on an engine and which were
 * skipped, by test file. Runs add up; `npm run engines` makes docs/reference/engines.md of them.
 */
export default class EngineReporter {
  #partial;

  constructor({ testNamePattern }) {
    // Of a file of which only some tests were asked for, the others would look skipped.
    this.#partial = Boolean(testNamePattern);
  }

  onRunComplete(_, { testResults }) {
    const engine = process.env.LANEWAY_ENGINE;
    if (engine === undefined || this.#partial || testResults.length === 0) return;
    const file = join(root, '.laneway', 'engine-runs', `${engine}.json`);
    const record = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    for (const { testFilePath, testResults: tests, testExecError } of testResults) {
      const named = (status) => tests.filter((test) => test.status === status);
      record[relative(root, testFilePath).split(sep).join('/')] = {
        passed: named('passed').length,
        failed: named('failed').length + (testExecError == null ? 0 : 1),
        skipped: named('pending').map(({ ancestorTitles, title }) => [...ancestorTitles, title]),
      };
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  }
}
