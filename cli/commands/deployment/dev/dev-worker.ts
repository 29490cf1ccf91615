import { spawn, type ChildProcess } from 'node:child_process';
import { openAgentCode } from './agent-code.js';

/** An agent that runs as a worker, in a process of its own while `laneway dev` lives. */
export interface DevWorker {
  readonly agent: string;
  /** Absolute paths of the files it is made of, packages left out. */
  readonly inputs: ReadonlySet<string>;
  /** Looks at its files again. Resolves with true when the running code differs from them. */
  rebuild(): Promise<boolean>;
  /** Ends the process, which finishes what it handles for a while, and starts another. */
  restart(): Promise<void>;
  /** Sends a line to the process. @returns false when there is no process */
  tell(line: string): boolean;
  /** Ends the process. */
  dispose(): Promise<void>;
}

/** Options of opening a worker. */
export interface DevWorkerOptions {
  readonly directory: string;
  /** Program and arguments of its process. */
  readonly command: readonly [string, ...string[]];
  /** Called when the process ended by itself, with its exit code or signal. */
  readonly ended: (how: number | string) => void;
}

/** Milliseconds that a process may take to end before it is killed: its time to drain ({@link DEV_DRAIN}) and five seconds. */
const END_WITHIN_MS = 15_000;

/** Time that dev gives a worker to finish what it handles. */
export const DEV_DRAIN = '10s';

/** Starts the process of a worker, and holds on to the files its code is made of. */
export async function openDevWorker(agent: string, entry: string, options: DevWorkerOptions): Promise<DevWorker> {
  const code = await openAgentCode(agent, entry, options.directory, { packages: 'external' });
  const [program, ...args] = options.command;
  let child: ChildProcess | undefined;
  const start = (): void => {
    // A group of its own: Ctrl-C reaches dev alone, which then lets it drain. The channel ends it when dev is killed.
    const started = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
    const gone = (how: number | string): void => {
      if (child !== started) return;
      child = undefined;
      options.ended(how);
    };
    started.once('error', (error) => gone(error.message));
    started.once('exit', (status, signal) => gone(status ?? signal ?? 'no code'));
    child = started;
  };
  const stop = async (): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined) return;
    const kill = setTimeout(() => ending.kill('SIGKILL'), END_WITHIN_MS);
    await new Promise<void>((resolve) => {
      ending.once('exit', () => resolve());
      ending.kill('SIGTERM');
    });
    clearTimeout(kill);
  };
  start();
  return {
    agent,
    get inputs() {
      return code.inputs;
    },
    rebuild: () => code.rebuild(),
    restart: async () => {
      await stop();
      start();
    },
    tell: (line) => {
      child?.send(line);
      return child !== undefined;
    },
    dispose: async () => {
      await stop();
      await code.dispose();
    },
  };
}

/** The command line by which this process was started, with other arguments: `worker run` of an agent. */
export function workerCommand(agent: string, topology: string | undefined): [string, ...string[]] {
  return ownCommand(topology, ['worker', 'run', agent, '--drain', DEV_DRAIN]);
}

/** The command line by which this process was started, with other arguments. */
export function ownCommand(topology: string | undefined, args: readonly string[]): [string, ...string[]] {
  return [
    process.execPath,
    ...process.execArgv,
    process.argv[1] ?? '',
    ...(topology === undefined ? [] : ['--topology', topology]),
    ...args,
  ];
}
