import { InvalidArgumentError, type Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';
import type { WorkerRunOptions } from './worker.js';

/** Adds `laneway worker`. */
export function addWorker(
  program: Command,
  context: (command: Command) => Promise<CommandContext>,
  whole: (text: string) => number,
): void {
  const worker = program.command('worker').description('agents that run in a process of yours');
  worker
    .command('run')
    .description(
      'handle what waits for agents until Ctrl-C or SIGTERM, which finish what is being handled; again: at once',
    )
    .argument('<agent...>', 'agents of the topology, each with a worker.ts in its folder')
    .option('--concurrency <n>', 'messages handled side by side, over all lanes (default: 8)', whole)
    .option('--port <n>', 'answer GET /health on this port; 0: on a free one', portNumber)
    .option('--host <address>', 'address of that port; in a container 0.0.0.0', '127.0.0.1')
    .option('--instance <name>', 'its name among the instances of its agents (default: the machine and a random part)')
    .option('--zone <name>', 'where it runs, such as an availability zone')
    .option('--version-of-code <text>', 'version of its code, as `laneway agents list` shows it')
    .option('--drain <duration>', 'longest wait at the end for what is being handled', '30s')
    .action(async (agents: string[], options: WorkerRunOptions, command: Command) => {
      const { workerRunCommand } = await import('./worker.js');
      await workerRunCommand(await context(command), agents, options);
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('allowed: 0 to 65535');
  return port;
}
