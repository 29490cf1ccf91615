import { Option, type Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';
import type { ActOptions, ChooseOptions, EditOptions } from './dlq.js';
import type { RedriveCommandOptions } from './dlq-redrive.js';

/** Parsers of numbers that a command line gives. */
export interface NumberParsers {
  readonly positive: (text: string) => number;
  readonly wholePositive: (text: string) => number;
}

/** Adds `laneway dlq`. */
export function addDeadLetters(
  program: Command,
  context: (command: Command) => Promise<CommandContext>,
  { positive, wholePositive }: NumberParsers,
): void {
  const dlq = program.command('dlq').description('dead letters: look at them, redrive, edit or discard them');
  const filtered = (command: Command): Command =>
    command
      .option('--receiver <agent>', 'of this receiver')
      .option('--type <type>', 'of this message type')
      .option('--reason <reason>', 'with this reason: exhausted, permanent, schema, expired, crashed, ...');
  const inState = (command: Command): Command =>
    command.addOption(
      new Option('--state <state>', 'what became of them')
        .choices(['open', 'redriven', 'edited', 'discarded', 'any'])
        .default('open'),
    );
  const acting = (command: Command): Command =>
    command
      .requiredOption('--why <text>', 'why; stands in the ledger')
      .option('--by <name>', 'name beside the identity of the credentials');
  const group = ['--group <group>', 'of this group: its id or its signature'] as const;

  inState(filtered(dlq.command('groups').description('dead letters by error signature'))).action(
    async (options: ChooseOptions, command: Command) => {
      const { dlqGroupsCommand } = await import('./dlq.js');
      await dlqGroupsCommand(await context(command), options);
    },
  );
  inState(
    filtered(
      dlq
        .command('list')
        .description('dead letters, the latest first')
        .option(...group),
    ),
  )
    .option('--limit <n>', 'at most', wholePositive, 50)
    .action(async (options: ChooseOptions, command: Command) => {
      const { dlqListCommand } = await import('./dlq.js');
      await dlqListCommand(await context(command), options);
    });
  dlq
    .command('get')
    .description('one dead letter: message, reason, error, and where it does not fit the schema')
    .argument('<id>', 'dead letter')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { dlqGetCommand } = await import('./dlq.js');
      await dlqGetCommand(await context(command), id);
    });
  acting(filtered(dlq.command('redrive').description('put messages back into their lanes').argument('[id]')))
    .option(...group)
    .option('--all', 'every open dead letter')
    .option('--limit <n>', 'at most', wholePositive)
    .option('--rate <n>', 'messages a second', positive)
    .option('--dry-run', 'say what would be done')
    .option('--expires <duration>', 'a new expiry for what has expired, within the 4 days of a lane')
    .option('--vouch', 'answer yourself for texts that only their receivers vouch for')
    .option('--canary', '1, then 5, then 20, ...; stops when a dead letter returns')
    .option('--settle-within <duration>', 'with --canary, for each batch (default: 5m)')
    .action(async (id: string | undefined, options: RedriveCommandOptions, command: Command) => {
      const { dlqRedriveCommand } = await import('./dlq-redrive.js');
      await dlqRedriveCommand(await context(command), id, options);
    });
  acting(dlq.command('edit').description('send another payload instead; the original is kept').argument('<id>'))
    .requiredOption('--data <payload>', '@file, - for standard input, or JSON')
    .option('--expires <duration>', 'how long the edited message is valid (default: 1h)')
    .option('--vouch', 'answer yourself for a text that only its receiver vouches for')
    .action(async (id: string, options: EditOptions, command: Command) => {
      const { dlqEditCommand } = await import('./dlq.js');
      await dlqEditCommand(await context(command), id, options);
    });
  acting(dlq.command('discard').description('settle a dead letter without its message').argument('<id>')).action(
    async (id: string, options: ActOptions, command: Command) => {
      const { dlqDiscardCommand } = await import('./dlq.js');
      await dlqDiscardCommand(await context(command), id, options);
    },
  );
}
