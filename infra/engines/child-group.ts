import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Options of {@link runChildGroup}. */
export interface ChildGroupOptions {
  /** Folder that the command runs in. @defaultValue that of this process */
  readonly cwd?: string | undefined;
  /** Its environment. @defaultValue that of this process */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Called for each line of standard output and error; without it the child writes to ours. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Ends the command and everything it started. */
  readonly signal?: AbortSignal | undefined;
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const graceMs = 3000;

/**
 * Runs a command as a process group and resolves with its exit code (128 + n for a signal). The whole group ends with
 * this process: on SIGINT, SIGTERM or SIGHUP it gets the signal first, and KILL after three seconds.
 */
export async function runChildGroup(
  command: string,
  args: readonly string[],
  { cwd, env, onLine, signal }: ChildGroupOptions = {},
): Promise<number> {
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: onLine === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const kill = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // The group has ended already.
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const end = (name: NodeJS.Signals) => {
    kill(name);
    timer ??= setTimeout(() => kill('SIGKILL'), graceMs);
  };
  let received: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals) => {
    received = name;
    end(name);
  };
  const onAbort = () => end('SIGTERM');
  const onExit = () => kill('SIGKILL');
  for (const name of endingSignals) process.on(name, onSignal);
  process.on('exit', onExit);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort);
  try {
    const readers = [child.stdout, child.stderr].map((stream) => readLines(stream, onLine));
    const code = await new Promise<number>((done, failed) => {
      child.once('error', failed);
      child.once('exit', (exit, by) => done(exit ?? 128 + (by === 'SIGINT' ? 2 : by === 'SIGKILL' ? 9 : 15)));
    });
    if (received !== undefined || signal?.aborted === true) kill('SIGKILL');
    await Promise.all(readers);
    return code;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    for (const name of endingSignals) process.off(name, onSignal);
    process.off('exit', onExit);
    // Nobody else handles it, so it does to us what it would have done without our listener.
    if (received !== undefined && process.listenerCount(received) === 0) process.kill(process.pid, received);
  }
}

async function readLines(stream: NodeJS.ReadableStream | null, onLine: ((line: string) => void) | undefined) {
  if (stream === null || onLine === undefined) return;
  for await (const line of createInterface({ input: stream })) onLine(line);
}
