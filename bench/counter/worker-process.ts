import { spawn } from 'node:child_process';

/** A `laneway worker run` of this clone. */
export interface WorkerProcess {
  /** By SIGKILL; settled when it is gone. */
  kill(): Promise<void>;
  /** By SIGTERM: it drains. */
  end(): Promise<void>;
}

const COMMAND = ['--conditions=laneway-source', '--import', 'tsx', 'cli/main.ts'];

/**
 * Starts a worker of an agent of the counter. Resolves once it is at work.
 * @param instance its name in the registry; one of its machine without it
 */
export async function startWorkerProcess(agent: string, instance?: string): Promise<WorkerProcess> {
  const named = instance === undefined ? [] : ['--instance', instance];
  const args = [...COMMAND, '--topology', 'bench/counter/topology.ts', 'worker', 'run', agent, ...named];
  // The channel ends the worker when this process is gone.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = (signal: NodeJS.Signals) => async (): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(`${agent} at work`)) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the worker of ${agent} ended with ${String(code)}:\n${said}`)));
  });
  return { kill: stop('SIGKILL'), end: stop('SIGTERM') };
}
