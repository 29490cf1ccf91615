import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const project = join(root, 'test', 'support', 'outside-user');

/** What a command of the outside user printed, and how long it took. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Somebody who has the packed tarball and an empty folder outside the clone, and nothing else of Laneway. */
export interface OutsideUser {
  readonly directory: string;
  /** Files of the package as it was installed, relative to it. */
  readonly installedPackage: string;
  /** How long it took to compile and pack the package, and to install it with its peers. */
  readonly ms: { readonly pack: number; readonly install: number };
  /** Runs a command in the folder, with the packages' own commands on the path, as `npx` or an npm script would. */
  run(command: string, ...args: string[]): Promise<Ran>;
  /** As `run`, but anything but exit code 0 is an error that shows what was printed. */
  must(command: string, ...args: string[]): Promise<Ran>;
  remove(): void;
}

interface PackageJson {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/**
 * Builds and packs this clone, copies the little project of `outside-user/` into an empty folder of the system's
 * temporary ones, and installs there the tarball, its peers and a compiler. Its package.json, tsconfig.json and cdk.json are kept as
 * `user-*.json`, because under their own names they would cut the sources beside them off from this repository's.
 */
export async function outsideUser(environment: NodeJS.ProcessEnv = process.env): Promise<OutsideUser> {
  const env = withoutClone(environment);
  const directory = mkdtempSync(join(tmpdir(), 'laneway-outside-user-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const ms = await install(directory, env);
    const bin = join(directory, 'node_modules', '.bin');
    const own = { ...env, PATH: [bin, env['PATH']].join(delimiter) };
    return {
      directory,
      installedPackage: join(directory, 'node_modules', 'laneway'),
      ms,
      run: (command, ...args) => run(directory, own, command, args),
      must: (command, ...args) => must(directory, own, command, ...args),
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function install(directory: string, env: NodeJS.ProcessEnv): Promise<OutsideUser['ms']> {
  const begun = Date.now();
  await must(root, env, process.execPath, join('cli', 'setup.mjs'), 'build');
  await must(root, env, 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', directory);
  const pack = Date.now() - begun;
  for (const part of ['bakery', 'app.ts', 'main.ts', 'refused.ts'])
    cpSync(join(project, part), join(directory, part), copied);
  for (const name of ['package.json', 'tsconfig.json', 'cdk.json'])
    cpSync(join(project, `user-${name}`), join(directory, name));
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  const { ms } = await must(directory, env, 'npm', 'install', ...flags, ...packages());
  return { pack, install: ms };
}

const copied = { recursive: true } as const;

/** What the user installs: the tarball, the peers, and what any TypeScript project has; in the versions tested here. */
function packages(): string[] {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson;
  const { dependencies, peerDependencies, devDependencies } = own;
  const compiler = devDependencies['@typescript/native']?.replace(/^npm:/, '') ?? 'typescript';
  const peers = Object.keys(peerDependencies).map((name) => `${name}@${devDependencies[name] ?? 'latest'}`);
  const tools = [compiler, `tsx@${dependencies['tsx']}`, `@types/node@${devDependencies['@types/node']}`];
  return [`./laneway-${own.version}.tgz`, ...peers, ...tools];
}

/** Nothing of the clone on the path, nothing of the test runner's in Node's options, nothing of an npm around us. */
function withoutClone(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const keep = /^npm_config_(registry|cache|userconfig|https?_proxy|noproxy|cafile)$/i;
  const kept = Object.entries(env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$)/.test(name) || keep.test(name),
  );
  const path = (env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.startsWith(root));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), NO_COLOR: '1' };
}

async function must(cwd: string, env: NodeJS.ProcessEnv, command: string, ...args: string[]): Promise<Ran> {
  const ran = await run(cwd, env, command, args);
  if (ran.code === 0) return ran;
  throw new Error(`${[command, ...args].join(' ')} in ${cwd} ended with ${ran.code}:\n${ran.stdout}\n${ran.stderr}`);
}

function run(cwd: string, env: NodeJS.ProcessEnv, command: string, args: readonly string[]): Promise<Ran> {
  const begun = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, ...printed, ms: Date.now() - begun }));
  });
}
