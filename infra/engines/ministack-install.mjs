/**
 * Installs MiniStack, the default local engine, into a private virtual environment under `<project>/.laneway/ministack`.
 *
 * Plain JavaScript with Node built-ins only: `cli/setup.mjs` runs it beside `npm ci`, before any package is there, and
 * the `laneway` command runs the same code in a user's own repository. The versions and hashes are in requirements.txt.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const oldestPython = [3, 10];
const pythons = ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
/** The first pip that can install into another interpreter's environment (`pip --python`). */
const pipWithPythonOption = [22, 3];

/** Advice to a user who cannot have MiniStack here. */
export const otherEngines = [
  'or start LocalStack or another engine yourself and set AWS_ENDPOINT_URL to its address',
  'or use an AWS account: npm run deploy, with AWS credentials and without AWS_ENDPOINT_URL',
  'or, in a clone of Laneway, see its demonstration without an engine: npm run demo -- --engine in-process',
];

/** The engine cannot be installed or run on this machine; the message ends with the ways out. */
export class EngineUnavailableError extends Error {
  /**
   * @param {string} problem
   * @param {string[]} waysOut
   * @param {{ cause?: unknown }} [options]
   */
  constructor(problem, waysOut, options) {
    const ways = [...waysOut, ...otherEngines].map((way) => `  - ${way}`).join('\n');
    super(`${problem}\nWays out:\n${ways}`, options);
    this.name = 'EngineUnavailableError';
    this.problem = problem;
  }
}

/** Finds the engine of a project, and tells whether it is there in the version asked for. Starts no process. */
export function ministackInstallation(projectDirectory = process.cwd()) {
  const home = join(projectDirectory, '.laneway');
  const directory = join(home, 'ministack');
  const python = join(directory, 'bin', 'python');
  const stamp = join(directory, 'laneway-stamp');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const installed = existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  return { home, directory, python, stamp, wanted, installed };
}

/**
 * Installs the engine unless it is there: about ten seconds the first time, a few milliseconds later.
 *
 * @param {{ projectDirectory?: string, env?: NodeJS.ProcessEnv, progress?: (line: string) => void }} [options]
 * @throws EngineUnavailableError without a fitting Python, without network, or when pip fails.
 */
export async function installMinistack({ projectDirectory, env = process.env, progress = () => {} } = {}) {
  const installation = ministackInstallation(projectDirectory);
  if (installation.installed) return installation;
  const base = await findPython(env);
  progress(`installing the local engine (Python ${base.version}) into .laneway/ministack`);
  mkdirSync(installation.home, { recursive: true });
  // Built aside and moved into place, so that an interrupted or a simultaneous set-up never leaves half an environment.
  const building = `${installation.directory}.${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  try {
    await createEnvironment(base, building, env);
    writeFileSync(join(building, 'laneway-stamp'), installation.wanted);
    rmSync(installation.directory, { recursive: true, force: true });
    renameSync(building, installation.directory);
  } catch (error) {
    if (!ministackInstallation(projectDirectory).installed) throw error;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return ministackInstallation(projectDirectory);
}

/**
 * Tells in a sentence what this machine lacks for the engine; undefined where it is installed or can be. Installs nothing,
 * and does not ask the network.
 *
 * @param {{ projectDirectory?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export async function ministackLacks({ projectDirectory, env = process.env } = {}) {
  if (ministackInstallation(projectDirectory).installed) return undefined;
  try {
    await findPython(env);
    return undefined;
  } catch (error) {
    if (error instanceof EngineUnavailableError) return error.problem;
    throw error;
  }
}

/** The first Python on the path that is new enough and can make virtual environments. */
async function findPython(env) {
  if (process.platform === 'win32') {
    throw new EngineUnavailableError('The local engine MiniStack is started on Linux and macOS only.', [
      'run Laneway inside the Windows Subsystem for Linux',
    ]);
  }
  const rejected = [];
  const asked = env.LANEWAY_PYTHON;
  for (const command of asked ? [asked] : pythons) {
    const script = 'import sys; print(*sys.version_info[:3], sep="."); import venv; print("venv")';
    const { code, output } = await run(command, ['-c', script], env);
    const [version = '', venv] = output.trim().split('\n');
    if (!/^\d+\.\d+\.\d+$/.test(version)) continue;
    if (!atLeast(version, oldestPython)) rejected.push(`${command} is ${version}`);
    else if (code !== 0 || venv !== 'venv') rejected.push(`${command} ${version} lacks the module venv`);
    else return { command, version };
  }
  const found = rejected.length > 0 ? ` Found: ${rejected.join('; ')}.` : asked ? ` LANEWAY_PYTHON=${asked}.` : '';
  throw new EngineUnavailableError(
    `The local engine needs Python ${oldestPython.join('.')} or newer with venv; none was found.${found}`,
    [
      'install it: apt install python3 python3-venv, dnf install python3, or brew install python; LANEWAY_PYTHON names one',
    ],
  );
}

async function createEnvironment(base, directory, env) {
  const install = ['install', '--quiet', '--no-input', '--prefer-binary', '--require-hashes'];
  install.push('--disable-pip-version-check', '-r', requirements);
  // The base's own pip saves the four seconds that copying one into the environment takes; where it is old or missing
  // (Debian splits it off), the environment gets its own.
  const basePip = await run(base.command, ['-m', 'pip', '--version'], env);
  const version = /^pip (\d+\.\d+)/.exec(basePip.output)?.[1];
  const python = join(directory, 'bin', 'python');
  const shared = basePip.code === 0 && version !== undefined && atLeast(version, pipWithPythonOption);
  const made = await run(base.command, ['-m', 'venv', ...(shared ? ['--without-pip'] : []), directory], env);
  if (made.code !== 0) {
    throw new EngineUnavailableError(`${base.command} could not make a virtual environment:\n${tail(made.output)}`, [
      'install what it names: on Debian and Ubuntu, apt install python3-venv',
    ]);
  }
  const installed = shared
    ? await run(base.command, ['-m', 'pip', '--python', python, ...install], env)
    : await run(python, ['-m', 'pip', ...install], env);
  if (installed.code !== 0) throw pipFailure(installed.output);
}

function pipFailure(output) {
  const network = /NewConnectionError|NameResolution|ConnectTimeout|ReadTimeout|ProxyError|SSLError|No matching dist/i;
  const hint = network.test(output)
    ? 'check the network, proxy and package index (pip configuration and PIP_* variables are honoured), then run it again'
    : 'read the lines above, mend it, then run it again';
  return new EngineUnavailableError(`pip could not install the local engine:\n${tail(output)}`, [hint]);
}

const tail = (output) =>
  output
    .trim()
    .split('\n')
    .slice(-12)
    .map((line) => `  ${line}`)
    .join('\n');

function atLeast(version, [wantedMajor, wantedMinor]) {
  const [major, minor] = version.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Runs to the end, standard output and error in one string; a command that does not exist is code 127. */
function run(command, args, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
