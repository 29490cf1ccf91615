import {
  spawn,
  type ChildProcess,
  type SpawnOptionsWithStdioTuple,
  type StdioNull,
  type StdioPipe,
} from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { missingLine } from './match-output.js';
import { shellCommandsOf, readPage, type FencedBlock } from './read-page.js';

const EVENTUALLY_MS = 120_000;
const PAUSE_MS = 500;

/** Surroundings of a page's commands. */
export interface PagePlace {
  /** Folder in which the page begins. A `cd` in a block holds for the blocks behind it, as in a reader's shell. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /**
   * The value of a placeholder, `<execution>`, when its command is about to run.
   * @throws whatever says that there is none: a page with a placeholder that nobody fills fails
   */
  readonly fill?: (placeholder: string, printed: string) => string | Promise<string>;
}

/** A page that was run to its end. */
export interface RunPage {
  /** Commands that ran, each with exit code 0 or the one that the page announces. */
  readonly ran: number;
  /** Blocks that were passed over, with the page's own reason. */
  readonly skipped: readonly string[];
  readonly files: number;
  /** Folder in which the page ended: that of the next page of a tutorial. */
  readonly directory: string;
}

/**
 * Does what a page says, from top to bottom: writes its files, runs its commands with bash, and holds what they print against
 * the output that the page shows. A block with `skip` is passed over; `exit=1` announces that code; `background` starts a
 * command and ends it with the page; `eventually` repeats a command, for two minutes at most, until it prints the output shown
 * behind it.
 * @throws Error that names page and line, with all that was printed
 */
export async function runPage(path: string, begin: PagePlace): Promise<RunPage> {
  let place = begin;
  const background: ChildProcess[] = [];
  const skipped: string[] = [];
  let [ran, files, printed] = [0, 0, ''];
  try {
    const blocks = readPage(path);
    for (const [at, block] of blocks.entries()) {
      const where = `${path}:${block.line}`;
      const before = printed;
      if (block.flags['skip'] !== undefined) skipped.push(`${where}: ${block.flags['skip']}`);
      else if (block.flags['file'] !== undefined) {
        write(join(place.directory, block.flags['file']), block.text);
        files += 1;
      } else if (block.language === 'sh' && block.flags['background'] !== undefined) {
        background.push(start(block.text, place));
        ran += shellCommandsOf(block.text).length;
      } else if (block.language === 'sh') {
        const shown = block.flags['eventually'] === undefined ? undefined : blocks[at + 1]?.text;
        const { directory, ...done } = await runUntil(shown, () => runBlock(block, place, where, before));
        printed = done.printed;
        place = { ...place, directory };
        ran += shellCommandsOf(block.text).length;
      } else if (block.flags['output'] !== undefined) {
        const missing = missingLine(block.text, printed);
        if (missing !== undefined) throw new Error(`${where}: not printed: ${missing}\n--- printed:\n${printed}`);
      }
    }
  } finally {
    for (const child of background) endGroup(child);
  }
  return { ran, skipped, files, directory: place.directory };
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
}

/** Output of a block, and the folder of its shell when it ended. */
interface RanBlock {
  readonly printed: string;
  readonly directory: string;
}

/** Runs once; where output is given, again until it is printed or two minutes are over. */
async function runUntil(shown: string | undefined, runOnce: () => Promise<RanBlock>): Promise<RanBlock> {
  const giveUp = Date.now() + EVENTUALLY_MS;
  for (;;) {
    const ran = await runOnce();
    if (shown === undefined || missingLine(shown, ran.printed) === undefined || Date.now() > giveUp) return ran;
    await sleep(PAUSE_MS);
  }
}

async function runBlock(block: FencedBlock, place: PagePlace, where: string, before: string): Promise<RanBlock> {
  const script = await filled(block.text, place, where, before);
  const told = join(mkdtempSync(join(tmpdir(), 'laneway-page-')), 'directory');
  const environment = { ...place.environment, PAGE_DIRECTORY: told };
  const whole = `trap 'pwd > "$PAGE_DIRECTORY"' EXIT\n${script}`;
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', whole], options({ ...place, environment }));
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise<number | null>((done, failed) => child.once('close', done).once('error', failed));
  const directory = readFileSync(told, 'utf8').trim();
  rmSync(dirname(told), { recursive: true });
  const expected = Number(block.flags['exit'] ?? 0);
  if (code !== expected) throw new Error(`${where}: ended with ${code}, not ${expected}:\n${script}\n---\n${printed}`);
  return { printed, directory };
}

async function filled(text: string, place: PagePlace, where: string, printed: string): Promise<string> {
  let script = text;
  for (const [placeholder] of text.matchAll(/<[a-z][a-z -]*>/g)) {
    if (place.fill === undefined) throw new Error(`${where}: nobody fills ${placeholder}`);
    script = script.replace(placeholder, await place.fill(placeholder, printed));
  }
  return script;
}

const options = (place: PagePlace): SpawnOptionsWithStdioTuple<StdioNull, StdioPipe, StdioPipe> => ({
  cwd: place.directory,
  env: place.environment,
  stdio: ['ignore', 'pipe', 'pipe'],
});

/** A group of its own, so that what npm or npx start ends with it. */
function start(command: string, place: PagePlace): ChildProcess {
  const child = spawn('bash', ['-c', command], { ...options(place), detached: true });
  child.stdout.resume();
  child.stderr.resume();
  return child;
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It ended by itself.
  }
}
