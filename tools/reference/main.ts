/**
 * `npm run reference`: writes docs/reference, the picture of docs/architecture.md and the costs of the README from the code and the
 * compiled package.
 * `-- --check` writes nothing. It fails where a page is not what the code says, a public signature uses a type that nobody
 * can import, two exports share a name, or an example of an entry or of the README does not compile.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiReport } from './api-report.js';
import { architecturePage } from './architecture-page.js';
import { cliPage } from './cli-page.js';
import { readmeWithCosts } from './cost-table.js';
import { packageEntries } from './entries.js';
import { examplesOf } from './examples.js';
import { exportsPage, misleadingExports } from './exports-page.js';
import { optionsPage } from './options-page.js';
import { platformFunctionsPage } from './platform-functions-page.js';
import { timeoutsPage } from './timeouts-page.js';
import { PublicSources } from './public-exports.js';

const folder = join('docs', 'reference');
const entries = packageEntries();
const sources = new PublicSources(entries, examplesOf(entries));
const exported = sources.exports();
const reports = entries.map((entry) => ({ entry, report: apiReport(entry) }));

const importable = new Set(exported.map(({ name }) => name));
const problems = [
  ...misleadingExports(exported),
  ...sources.problemsOfExamples(),
  ...reports.flatMap(({ entry, report }) =>
    report.forgotten
      .filter((name) => !importable.has(name))
      .map((name) => `laneway/${entry.name}: a public signature uses ${name}, which no entry exports`),
  ),
];

const pages: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    reports.map(({ entry, report }) => [join('api', `${entry.name.replaceAll('/', '-')}.api.md`), report.text]),
  ),
  'exports.md': exportsPage(entries, exported),
  'topology-options.md': optionsPage(sources),
  'cli.md': cliPage(),
  'timeouts.md': timeoutsPage(),
  'platform-functions.md': platformFunctionsPage(),
  '../architecture.md': await architecturePage(readFileSync(join('docs', 'architecture.md'), 'utf8')),
  '../../README.md': await readmeWithCosts(readFileSync('README.md', 'utf8')),
};

for (const [name, text] of Object.entries(pages)) {
  const path = join(folder, name);
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    problems.push(`${path} is not what the code says; npm run reference writes it`);
  }
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
process.stderr.write(`${exported.length} exports of ${entries.length} entries, ${problems.length} problems\n`);
