import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { check } from './check.mjs';
import { checkWhole } from './whole-package.mjs';
import { root, SetupError } from './report.mjs';
import { run, runTypeScript } from './run.mjs';
import { runTests } from './tests.mjs';

const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
/** Benchmarks that run in a process of their own, or bring their engine. */
const withoutEngine = [
  'bundles',
  'cli',
  'cost',
  'receive-path',
  'harness',
  'growth',
  'in-process',
  'outside-user',
  'sweeper',
];
const laneway =
  (...before) =>
  (args) =>
    runTypeScript('cli/main.ts', [...before, ...args]);

/**
 * Scripts of package.json, each run once everything is there; `engine`: it needs one (a function says so by the
 * arguments), unless AWS_ENDPOINT_URL is set; `withoutEngine`: where none can be had, it finds its own way.
 */
export const scripts = {
  demo: { engine: demoEngine, withoutEngine: true, run: laneway('demo') },
  laneway: { run: laneway() },
  deploy: { run: laneway('deploy') },
  test: { engine: true, run: (args) => runTests('all', args) },
  engines: { run: (args) => runTypeScript('test/engines/write-page.ts', args) },
  'test:integration': { engine: true, run: (args) => runTests('engine', args) },
  check: { run: check },
  bench: { engine: ([name]) => !withoutEngine.includes(name), run: bench },
  reliability: { engine: wantsEngine, run: (args) => runTypeScript('bench/reliability/main.ts', args, { cwd: root }) },
  security: { run: (args) => runTypeScript('bench/security/main.ts', args, { cwd: root }) },
  synth: { run: (args) => run(process.execPath, [cdk, 'synth', '--quiet', '--no-notices', ...args], { cwd: root }) },
  reference: { run: reference },
  build: { run: build },
  prepack: { run: async () => (await build()) || checkWhole() },
};

/** Told to run elsewhere, or something that it will refuse, the demonstration needs none. */
function demoEngine(args) {
  const given = args.filter((arg, index) => args[index - 1] === '--engine' || arg.startsWith('--engine='));
  return given.every((arg) => arg.replace('--engine=', '') === 'local');
}

/** The pages are written from the sources and, for the public signatures, from what the compiler makes of them. */
async function reference(args) {
  return (await build()) || runTypeScript('tools/reference/main.ts', args, { cwd: root });
}

async function bench([name = '', ...args]) {
  const file = join('bench', `${name}.ts`);
  if (!/^[a-z][a-z-]*$/.test(name) || !existsSync(join(root, file))) {
    throw new SetupError(
      `no benchmark '${name}'`,
      ['usage: npm run bench -- <name> [--json]; the names are the files of bench/'],
      2,
    );
  }
  return runTypeScript(file, args);
}

/** Of the evidence, only the rows that are named after it need an engine, and a full run has them all. */
function wantsEngine(args) {
  const names = args.filter((arg, index) => args[index - 1] === '--row' || arg.startsWith('--row='));
  if (names.length > 0) return names.some((name) => name.replace('--row=', '').startsWith('engine-'));
  return !args.includes('--quick') && !args.includes('--mutations');
}
