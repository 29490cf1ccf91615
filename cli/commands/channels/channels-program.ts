import type { Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';
import type { ActOptions } from '../dlq/dlq.js';

/** Adds `laneway channels`. */
export function addChannels(program: Command, context: (command: Command) => Promise<CommandContext>): void {
  const channels = program
    .command('channels')
    .description('channels of the application: see them, pause them, have them go on');
  channels
    .command('list')
    .description('every channel with its pause, and the time until the first that waits expires')
    .action(async (_options: unknown, command: Command) => {
      const { channelsListCommand } = await import('./channels.js');
      await channelsListCommand(await context(command));
    });
  const acting = (name: 'pause' | 'resume', description: string): void => {
    channels
      .command(name)
      .description(description)
      .argument('<channel>', 'channel of the topology')
      .requiredOption('--why <text>', 'why; stands in the ledger')
      .option('--by <name>', 'name beside the identity of the credentials')
      .action(async (channel: string, options: ActOptions, command: Command) => {
        const { channelsActCommand } = await import('./channels.js');
        await channelsActCommand(await context(command), name, channel, options);
      });
  };
  acting('pause', 'have none of its messages handled until it is resumed: they wait, and expire as ever');
  acting('resume', 'have its messages handled again, those that waited first');
}
