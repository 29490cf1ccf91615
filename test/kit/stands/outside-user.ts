import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** Output of a command of the outside user, and its duration. */
export interface RanCommand {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Commands of somebody who sits in a folder outside the clone. */
export interface OutsideCommands {
  readonly directory: string;
  /** Environment of its commands. */
  readonly environment: NodeJS.ProcessEnv;
  /** Runs a command in the folder, with the packages' own commands on the path, as `npx` or an npm script would. */
  run(command: string, ...args: string[]): Promise<RanCommand>;
  /** Runs a command like `run`; any exit code but 0 is an error that shows what was printed. */
  must(command: string, ...args: string[]): Promise<RanCommand>;
}

/** Somebody who has the packed tarball and an empty folder outside the clone, and nothing else of Laneway. */
export interface OutsideUser extends OutsideCommands {
  /** Files of the package as it was installed, relative to it. */
  readonly installedPackage: string;
  /** The tarball that was installed. */
  readonly tarball: string;
  remove(): void;
}

interface PackageJson {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Options of {@link outsideUser}. */
export interface OutsideUserOptions {
  /** Environment of every command; what would lead back to the clone is taken out. */
  readonly environment?: NodeJS.ProcessEnv;
  /**
   * Folder of the user's project, relative to the clone. Its package.json, tsconfig.json and cdk.json are kept there as
   * `user-*.json`, because under their own names they would cut the sources beside them off from this repository's. False: nothing
   * but a package.json.
   */
  readonly project?: string | false;
  /**
   * A tarball that {@link packPackage} made, where several users share one. Without it the clone is built and packed. Where `npm test`
   * has packed one for all files, LANEWAY_TARBALL, every user has that.
   */
  readonly tarball?: string;
}

/** Flags of `npm install`: nothing is run and nobody is asked, and npm's cache is used where it has what is wanted. */
export const installationFlags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'] as const;

/** Commands in a folder, which may be made later; the environment is that of somebody who has no clone. */
export function outsideCommands(directory: string, environment: NodeJS.ProcessEnv = process.env): OutsideCommands {
  const env = withoutClone(environment);
  const own = { ...env, PATH: [join(directory, 'node_modules', '.bin'), env['PATH']].join(delimiter) };
  return {
    directory,
    environment: own,
    run: (command, ...args) => run(directory, own, command, args),
    must: (command, ...args) => must(directory, own, command, ...args),
  };
}

/**
 * Copies a project into an empty folder of the system's temporary ones, and installs there the tarball, its peers and a compiler,
 * from npm's cache where it has them.
 */
export async function outsideUser(options: OutsideUserOptions = {}): Promise<OutsideUser> {
  const { environment = process.env, project = 'test/kit/applications/outside-user' } = options;
  const env = withoutClone(environment);
  const directory = mkdtempSync(join(tmpdir(), 'laneway-outside-user-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    if (project === false) writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n');
    else copyProject(join(root, project), directory);
    const ofAll = process.env['LANEWAY_TARBALL'];
    const tarball =
      ofAll === undefined
        ? (options.tarball ?? (await packPackage(directory, environment)))
        : await copyInstalled(ofAll, directory, env);
    if (ofAll === undefined) await must(directory, env, 'npm', 'install', ...installationFlags, ...packages(tarball));
    const commands = outsideCommands(directory, env);
    const installedPackage = join(directory, 'node_modules', 'laneway');
    return { ...commands, installedPackage, tarball, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Copies what npm makes of the tarball that all users of a run of tests share: it is installed once. As the lists of npm name the
 * tarball relative to their folder, it stands in it.
 * @returns the tarball in the folder
 */
async function copyInstalled(tarball: string, directory: string, env: NodeJS.ProcessEnv): Promise<string> {
  const installed = join(dirname(tarball), 'installed');
  await onlyOnce(installed, async (making) => {
    writeFileSync(join(making, 'package.json'), '{ "private": true, "type": "module" }\n');
    const here = join(making, basename(tarball));
    cpSync(tarball, here);
    await must(making, env, 'npm', 'install', ...installationFlags, ...packages(here));
  });
  // With their times, by which npm knows that its list of what is installed is still true.
  const copy = (name: string) => must(directory, env, 'cp', '-RPp', join(installed, name), join(directory, name));
  const linked = await run(directory, env, 'cp', ['-RPpl', join(installed, 'node_modules'), directory]);
  if (linked.code === 0) {
    // 20,000 files are not copied but have one more name; what tests and npm write into is each user's own.
    for (const own of ['node_modules/laneway', 'node_modules/.package-lock.json']) {
      rmSync(join(directory, own), { recursive: true });
      await copy(own);
    }
    await must(directory, env, 'touch', '-r', join(installed, 'node_modules'), join(directory, 'node_modules'));
  } else {
    rmSync(join(directory, 'node_modules'), { recursive: true, force: true });
    await copy('node_modules');
  }
  for (const name of ['package-lock.json', basename(tarball)]) await copy(name);
  const { dependencies } = readPackage(installed);
  const own = join(directory, 'package.json');
  writeFileSync(own, `${JSON.stringify({ ...readPackage(directory), dependencies }, null, 2)}\n`);
  return join(directory, basename(tarball));
}

/** Makes a folder, unless another process has made it or is about to: that one is waited for, five minutes at most. */
async function onlyOnce(folder: string, make: (making: string) => Promise<void>): Promise<void> {
  const making = `${folder}-in-the-making`;
  for (const giveUp = Date.now() + 300_000; !existsSync(folder); await sleep(200)) {
    if (Date.now() > giveUp) throw new Error(`${making}: not done within five minutes`);
    try {
      mkdirSync(making);
    } catch {
      continue;
    }
    try {
      if (existsSync(folder)) return;
      await make(making);
      renameSync(making, folder);
    } finally {
      // After a failure the next one tries, and fails with its own words.
      rmSync(making, { recursive: true, force: true });
    }
  }
}

/**
 * Packs a clone, this one unless another is given, as `npm publish` would, compilation included.
 * @returns the path of the tarball
 */
export async function packPackage(
  into: string,
  environment: NodeJS.ProcessEnv = process.env,
  clone: string = root,
): Promise<string> {
  const env = withoutClone(environment);
  const { stdout } = await must(
    clone,
    env,
    'npm',
    'pack',
    '--no-ignore-scripts',
    '--silent',
    '--pack-destination',
    into,
  );
  return join(into, stdout.trim().split('\n').at(-1) ?? '');
}

function copyProject(from: string, to: string): void {
  for (const name of readdirSync(from))
    cpSync(join(from, name), join(to, name.replace(/^user-(.*\.json)$/, '$1')), { recursive: true });
}

/** Version of a development dependency that is tested here. */
export function testedVersion(name: string): string | undefined {
  return readPackage(root).devDependencies[name];
}

const readPackage = (folder: string): PackageJson =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;

/** Packages that the user installs: the tarball, the peers, and what any TypeScript project has; in the versions tested here. */
function packages(tarball: string): string[] {
  const { dependencies, peerDependencies, devDependencies } = readPackage(root);
  const compiler = devDependencies['@typescript/native']?.replace(/^npm:/, '') ?? 'typescript';
  const peers = Object.keys(peerDependencies).map((name) => `${name}@${devDependencies[name] ?? 'latest'}`);
  const tools = [compiler, `tsx@${dependencies['tsx']}`, `@types/node@${devDependencies['@types/node']}`];
  return [tarball, ...peers, ...tools];
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

async function must(cwd: string, env: NodeJS.ProcessEnv, command: string, ...args: string[]): Promise<RanCommand> {
  const ran = await run(cwd, env, command, args);
  if (ran.code === 0) return ran;
  throw new Error(`${[command, ...args].join(' ')} in ${cwd} ended with ${ran.code}:\n${ran.stdout}\n${ran.stderr}`);
}

function run(cwd: string, env: NodeJS.ProcessEnv, command: string, args: readonly string[]): Promise<RanCommand> {
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
