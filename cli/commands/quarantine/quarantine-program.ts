import type { Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';
import type { ExitCode } from '../../context/exit-codes.js';
import type { ActOptions } from '../dlq/dlq.js';

/** Adds `laneway quarantine`. */
export function addQuarantine(
  program: Command,
  context: (command: Command) => Promise<CommandContext>,
  finish: (code: ExitCode) => void,
): void {
  const quarantine = program
    .command('quarantine')
    .description(
      'cut an agent, a client or an ingress off: its messages wait, its calls are refused, requests move on',
    );
  const acting = (command: Command): Command =>
    command
      .argument(
        '<name>',
        'agent, client or ingress; agent.<name>, client.<name> or ingress.<name> where several have it',
      )
      .requiredOption('--why <text>', 'why; stands in the ledger')
      .option('--by <name>', 'name beside the identity of the credentials');
  acting(
    quarantine
      .command('begin', { isDefault: true })
      .description('cut it off (the default); repeated, it completes what is missing'),
  ).action(async (name: string, options: ActOptions, command: Command) => {
    const { quarantineBeginCommand } = await import('./quarantine.js');
    finish(await quarantineBeginCommand(await context(command), name, options));
  });
  acting(quarantine.command('release').description('give it its rights back, and have it handle what waited')).action(
    async (name: string, options: ActOptions, command: Command) => {
      const { quarantineReleaseCommand } = await import('./quarantine.js');
      finish(await quarantineReleaseCommand(await context(command), name, options));
    },
  );
  quarantine
    .command('list')
    .description('who is cut off, since when, by whom and why')
    .action(async (_options: unknown, command: Command) => {
      const { quarantineListCommand } = await import('./quarantine.js');
      await quarantineListCommand(await context(command));
    });
}
