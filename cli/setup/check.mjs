import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { checkAdvisories } from './advisories.mjs';
import { root, say, seconds, SetupError } from './report.mjs';
import { capture } from './run.mjs';
import { checkTemplates } from './templates.mjs';

const tool = (name) => join(root, 'node_modules', '.bin', name);
const layers = ['shared', 'functions', 'infra', 'cli', 'bench', 'tools', 'test'];

/** The slowest first, so that all of them end soonest. `problem` finds what an exit code does not tell. */
const checks = [
  { title: 'lint', command: 'eslint', args: ['.'] },
  { title: 'templates', run: checkTemplates },
  { title: 'advisories', run: checkAdvisories },
  { title: 'dead code', command: 'knip', args: ['--no-progress'] },
  { title: 'direction', command: 'depcruise', args: layers, problem: readNothing },
  { title: 'format', command: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { title: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
];

/**
 * Types, lint, format, direction, dead code, templates and advisories, or those that are named; all of them run, all failures are shown, and any
 * makes it fail.
 */
export async function check(names = []) {
  const waiting = names.length === 0 ? [...checks] : names.map(named);
  const failures = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const start = Date.now();
      const { code, output, skipped } = await (next.run?.() ?? capture(tool(next.command), next.args));
      const problem = next.problem?.(output);
      const ok = code === 0 && problem === undefined;
      if (skipped) say(`skipped ${next.title}: ${skipped}`);
      else say(`${ok ? 'ok    ' : 'failed'} ${next.title.padEnd(10)} ${seconds(start)}`);
      if (!ok) failures.push({ title: next.title, output: [output.trim(), problem].filter(Boolean).join('\n') });
    }
  };
  await Promise.all(Array.from({ length: Math.min(checks.length, availableParallelism()) }, worker));
  for (const { title, output } of failures) say(`\n${title}:\n${output}`);
  return failures.length === 0 ? 0 : 1;
}

function named(name) {
  const found = checks.find(({ title }) => title === name);
  if (found) return found;
  const known = checks.map(({ title }) => `'${title}'`).join(', ');
  throw new SetupError(`there is no check '${name}'`, [`allowed: ${known}; without a name all of them run`], 2);
}

/** dependency-cruiser is content with nothing when it cannot parse TypeScript; then nothing was checked. */
function readNothing(output) {
  const modules = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
  return modules > 0 ? undefined : 'dependency-cruiser read no module, so no direction was checked';
}
