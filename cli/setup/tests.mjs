import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root, say, SetupError } from './report.mjs';
import { capture, fromSource, run, scriptEnvironment } from './run.mjs';
import { checkWhole } from './whole-package.mjs';

/** In this order: what is quick and needs nothing first, then what runs on an engine. */
const withoutEngine = ['unit', 'scenarios', 'docs', 'built', 'infra'];
const onEngine = ['contract', 'integration', 'e2e', 'outside'];
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
/** Exit codes above it tell of a signal. */
const SIGNALLED = 128;

/**
 * Runs jest, first over the projects without an engine (`built` has the tests of `unit` and `scenarios` that a package can
 * break, over dist/), then over those with one: files side by side, each on an engine of its own, or one after the other on the engine
 * at AWS_ENDPOINT_URL. `which` is `all` or `engine`. Where `all` is asked for no files, what shows something about permissions runs
 * on an engine that enforces them, and the rest on one that does not. Arguments go to jest; where they name test files or projects,
 * only the fitting run takes place. `--iam` is ours: the engine enforces permissions, and each function runs under its own role. So
 * is `--selection`: what test/engines/selection.json names is left out on this engine, which saves time and is said.
 * `--changed[=<commit>]` runs the tests that import what differs from that commit: HEAD, or the one before it where nothing
 * is uncommitted.
 */
export async function runTests(which, given) {
  const iam = given.includes('--iam');
  if (iam && process.env.AWS_ENDPOINT_URL) {
    throw new SetupError(
      '--iam starts an engine of its own, but AWS_ENDPOINT_URL is set',
      ['unset AWS_ENDPOINT_URL', 'or leave --iam away: the engine there enforces permissions or does not'],
      2,
    );
  }
  const engine = iam ? 'ministack-iam' : (process.env.LANEWAY_ENGINE ?? 'ministack');
  const changed = await changedSince(given);
  const own = (arg) => ['--iam', '--selection', '--changed'].includes(arg) || arg.startsWith('--changed=');
  const args = given.filter((arg) => !own(arg));
  const wanted = projectsOf(args);
  const rest = [...withoutProjects(args), ...changed, ...reporters(TIMES)];
  // Jest does not see through dist/ to the sources, so that of `built` it would find nothing.
  const isWanted = (project) =>
    wanted.length === 0 ? changed.length === 0 || project !== 'built' : wanted.includes(project);
  const selected = (projects) => projects.filter(isWanted);
  const first = which === 'all' ? selected(withoutEngine) : [];
  const second = selected(onEngine);
  const isWhole =
    which === 'all' && engine === 'ministack' && !process.env.AWS_ENDPOINT_URL && !withoutProjects(args).some(isName);
  const selects = isWhole || given.includes('--selection');
  // A file whose functions run under their own roles shows what it shows without permissions as well: each file runs once.
  const engines = isWhole ? ['ministack', 'ministack-iam'] : [engine];
  const env = scriptEnvironment({
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`,
  });
  let code = 0;
  if (first.includes('built')) await build();
  // One worker for each processor: jest's own choice leaves one idle, which of two is half.
  const workers = saysWorkers(rest) ? [] : ['--maxWorkers=100%'];
  if (first.length > 0) {
    code = await run(process.execPath, jestArguments(first, [...workers, ...rest]), { env, cwd: root });
  }
  if (code > SIGNALLED || second.length === 0) return code;
  const packed = second.some((project) => ['e2e', 'outside'].includes(project));
  const folder = mkdtempSync(join(tmpdir(), 'laneway-tests-'));
  try {
    if (packed) env.LANEWAY_TARBALL = await pack(folder, { built: first.includes('built') });
    const ran = await oneAfterTheOther(engines, (one) => {
      const leaves = selects ? leftOutOn(one) : [];
      const projects = second.filter((project) => !leaves.some((beginning) => `test/${project}/` === beginning));
      return projects.length > 0 ? runOnEngine(one, projects, [...rest, ...ignoring(leaves)], env) : 0;
    });
    return ran || code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs something for each, one after the other, and for none after a run that a signal ended.
 * @returns the last code that is not 0
 */
export async function oneAfterTheOther(each, runOne) {
  let code = 0;
  for (const one of each) {
    code = (await runOne(one)) || code;
    if (code > SIGNALLED) break;
  }
  return code;
}

/** Runs jest over projects on engines of one kind, which it starts, or on the one at AWS_ENDPOINT_URL. */
async function runOnEngine(engine, projects, args, env) {
  const beside =
    saysWorkers(args) || process.env.AWS_ENDPOINT_URL ? 1 : Math.min(FILES_BESIDE, filesNamed(args) || FILES_BESIDE);
  const command = [
    ...fromSource(),
    ...[join(root, 'infra/engines/with-engine.ts'), `--engines=${beside}`],
    process.execPath,
    ...jestArguments(projects, [...besideArguments(beside), ...args, ...reporters(ENGINE_RUNS)]),
  ];
  const named = engine === 'ministack' ? {} : { LANEWAY_ENGINE: engine };
  return run(process.execPath, command, { env: { ...env, ...named }, cwd: root });
}

/** Test files that run side by side, each on an engine of its own: most of their time they wait, for timers and for deployments. */
const FILES_BESIDE = 3;
const isName = (arg) => !arg.startsWith('-');
const filesNamed = (args) => args.filter((arg) => isName(arg) && arg.endsWith('.test.ts')).length;
const saysWorkers = (args) => args.some((arg) => /^(-w|-i|--maxWorkers|--runInBand)/.test(arg));
const besideArguments = (beside) =>
  beside === 1
    ? ['--runInBand']
    : [`--maxWorkers=${beside}`, `--testSequencer=${join(root, 'cli', 'setup', 'longest-first.mjs')}`];

/** Packs the package for the tests that install it, side by side or one after the other. @returns the tarball */
async function pack(folder, { built }) {
  if (!built) await build();
  checkWhole();
  const { code, output } = await capture('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
  if (code !== 0)
    throw new SetupError(`npm pack failed:\n${output.trim()}`, ['npm run build, and read what it says'], 1);
  return join(folder, output.trim().split('\n').at(-1));
}

/** Records which test ran on which engine. */
const ENGINE_RUNS = 'engine-reporter.mjs';
/** Tells how long suites took. */
const TIMES = 'times-reporter.mjs';

const reporters = (own) => [`--reporters=${join(root, 'cli', 'setup', own)}`];

/** Jest's argument for `--changed`; none without it. */
async function changedSince(given) {
  const asked = given.find((arg) => arg === '--changed' || arg.startsWith('--changed='));
  if (asked === undefined) return [];
  const named = asked.slice('--changed='.length);
  if (named !== '') return [`--changedSince=${named}`];
  const { output } = await capture('git', ['status', '--porcelain']);
  const since = output.trim() === '' ? 'HEAD~1' : 'HEAD';
  say(
    `tests that import what differs from ${since}; those that start the command or deploy an application are not found that way`,
  );
  return [`--changedSince=${since}`];
}

function leftOutOn(engine) {
  const selection = JSON.parse(readFileSync(join(root, 'test', 'engines', 'selection.json'), 'utf8'));
  return Object.entries(selection[engine] ?? {}).map(([beginning, because]) => {
    say(`left out on ${engine}: ${beginning}: ${because}`);
    return beginning;
  });
}

const ignoring = (leaves) => leaves.map((beginning) => `--testPathIgnorePatterns=/${beginning}`);

const jestArguments = (projects, args) => [
  jest,
  ...['--selectProjects', ...projects],
  ...['--passWithNoTests', '--reporters=default', ...args],
];

/** The projects that `--selectProjects` or the paths of test files name; none: all. */
function projectsOf(args) {
  const known = [...withoutEngine, ...onEngine];
  const at = args.indexOf('--selectProjects');
  if (at >= 0) return known.filter((project) => args.slice(at + 1).includes(project));
  return known.filter((project) => args.some((arg) => !arg.startsWith('-') && arg.includes(`test/${project}`)));
}

function withoutProjects(args) {
  const at = args.indexOf('--selectProjects');
  if (at < 0) return args;
  let end = at + 1;
  while (end < args.length && [...withoutEngine, ...onEngine].includes(args[end])) end++;
  return [...args.slice(0, at), ...args.slice(end)];
}
