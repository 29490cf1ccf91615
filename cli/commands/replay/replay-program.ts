import type { Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';
import type { ArchiveOptions, ReplayCommandOptions, SelectOptions } from './replay.js';
import type { NumberParsers } from '../dlq/dlq-program.js';

/** Adds `laneway replay`. */
export function addReplay(
  program: Command,
  context: (command: Command) => Promise<CommandContext>,
  { positive, wholePositive }: NumberParsers,
): void {
  const replay = program
    .command('replay')
    .description('send again what did not arrive, or have finished work done once more as a new generation');
  const acting = (command: Command): Command =>
    command
      .requiredOption('--why <text>', 'why; stands in the ledger')
      .option('--by <name>', 'name beside the identity of the credentials')
      .option('--dry-run', 'say what would be done');
  const generating = (command: Command): Command =>
    acting(command)
      .option('--rate <n>', 'messages a second', positive)
      .option(
        '--new-generation [n]',
        'publish the messages of clients and ingress once more, as generation n (default: 1); the same n adds nothing',
        wholePositive,
      );

  generating(
    replay
      .command('conversation')
      .description('conversations by id; without --new-generation only what has not arrived')
      .argument('<id...>', 'correlation ids'),
  ).action(async (ids: string[], options: ReplayCommandOptions, command: Command) => {
    const { replayConversationCommand } = await import('./replay.js');
    await replayConversationCommand(await context(command), ids, options);
  });
  generating(
    replay
      .command('selected', { isDefault: true })
      .description('conversations by what the archive of the ledger has (the default)')
      .option('--type <type>', 'with a message of this type')
      .option('--agent <agent>', 'with a message to this agent')
      .option('--from <time>', 'sent from here on')
      .option('--to <time>', 'sent before this (default: now)'),
  ).action(async (options: SelectOptions, command: Command) => {
    const { replaySelectedCommand } = await import('./replay.js');
    await replaySelectedCommand(await context(command), options);
  });
  acting(
    replay
      .command('archive')
      .description(
        'every event of a window, from the archive that the bus keeps; receivers pass over what they have done',
      )
      .requiredOption('--from <time>', 'from here on')
      .requiredOption('--to <time>', 'until here'),
  ).action(async (options: ArchiveOptions, command: Command) => {
    const { replayArchiveCommand } = await import('./replay.js');
    await replayArchiveCommand(await context(command), options);
  });
}
