import type { Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';
import type { DoctorOptions } from './doctor.js';

/** Adds `laneway health` and `laneway doctor`. */
export function addHealth(
  program: Command,
  context: (command: Command) => Promise<CommandContext>,
  finish: (code: number) => void,
): void {
  program
    .command('health')
    .description('try the deployed application: tables, bus, consumers, queues, drain, sweeper; 1 when one fails')
    .action(async (_options: unknown, command: Command) => {
      const { healthCommand } = await import('./health.js');
      finish(await healthCommand(await context(command)));
    });
  program
    .command('doctor')
    .description('examine this machine and project: what Laneway needs, and what is deployed; 1 when something fails')
    .option('--fix', 'mend what is safe: installs the local engine')
    .action(async (options: DoctorOptions, command: Command) => {
      const { doctorCommand } = await import('./doctor.js');
      finish(await doctorCommand(await context(command), options));
    });
}
