import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installationFlags, outsideCommands, packPackage } from '../test/kit/stands/outside-user.js';

/**
 * Measures the way of a stranger from the packed tarball to the first reply on a local engine, in an empty folder:
 *
 *   npm run bench -- outside-user [--json]
 *
 * pack = `npm pack` in this clone, compilation included; install = `npm install` of the tarball; init = `npx laneway init`, which installs
 * the project's packages; first message = `npm run demo` until the reply is printed: the engine is installed and started and the application
 * deployed. npm and pip take from their caches what they have. The aim counts from the start of `laneway init` to the reply.
 */
const AIM_MS = 60_000;
const REPLY = 'the greeter replied on the engine';

interface Result {
  readonly bench: 'outside-user';
  readonly packMs: number;
  readonly installMs: number;
  readonly initMs: number;
  readonly firstMessageMs: number;
  /** Files in the tarball. */
  readonly files: number;
  /** Size of the tarball. */
  readonly bytes: number;
  readonly aimMs: number;
  readonly met: boolean;
  readonly cores: number;
  readonly loadBefore: readonly number[];
}

async function main(json: boolean): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'laneway-bench-outside-user-'));
  try {
    report(await measure(folder, say), json);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, say: (line: string) => void): Promise<Result> {
  const loadBefore = loadavg();
  const user = outsideCommands(folder);
  const project = outsideCommands(join(folder, 'shop'));
  say('packing the clone');
  const begun = Date.now();
  const tarball = await packPackage(folder);
  const packMs = Date.now() - begun;
  say('installing the tarball');
  const { ms: installMs } = await user.must('npm', 'install', ...installationFlags, tarball);
  say('laneway init');
  const { ms: initMs } = await user.must('npx', 'laneway', 'init', 'shop', '--template', 'request');
  try {
    say('npm run demo');
    const { ms: firstMessageMs, stdout } = await project.must('npm', 'run', 'demo');
    if (!stdout.includes(REPLY)) throw new Error(`the demonstration did not print '${REPLY}', but:\n${stdout}`);
    return {
      ...{ bench: 'outside-user', packMs, installMs, initMs, firstMessageMs, ...contents(tarball, user.directory) },
      ...{ aimMs: AIM_MS, met: initMs + firstMessageMs <= AIM_MS, cores: availableParallelism(), loadBefore },
    };
  } finally {
    await project.run('npx', 'laneway', 'engine', 'stop');
  }
}

/** Files in a tarball, counted as it was installed, and its size. */
function contents(tarball: string, directory: string): Pick<Result, 'files' | 'bytes'> {
  const installed = join(directory, 'node_modules', 'laneway');
  const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return { files: files.length, bytes: statSync(tarball).size };
}

function report(result: Result, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  const rows: [string, number][] = [
    ['npm pack, in the clone', result.packMs],
    ['npm install of the tarball', result.installMs],
    ['npx laneway init, its npm install included', result.initMs],
    ['npm run demo, to the first reply on the engine', result.firstMessageMs],
    ['from init to the first reply', result.initMs + result.firstMessageMs],
  ];
  for (const [title, ms] of rows) console.log(`${title.padEnd(50)} ${(ms / 1000).toFixed(1).padStart(7)} s`);
  console.log(`aim: ${result.aimMs / 1000} s, ${result.met ? 'met' : 'missed'}`);
  console.log(`tarball: ${result.files} files, ${(result.bytes / 1e6).toFixed(2)} MB`);
}

await main(process.argv.includes('--json'));
