import type { Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';
import type { ExitCode } from '../../context/exit-codes.js';
import type { ActOptions } from '../dlq/dlq.js';
import type { EmergencyStartOptions } from './emergency.js';

/** Adds `laneway emergency`. */
export function addEmergency(
  program: Command,
  context: (command: Command) => Promise<CommandContext>,
  finish: (code: ExitCode) => void,
): void {
  const emergency = program
    .command('emergency')
    .description('declare an emergency that every agent hears of, call the roll, and put everything back');
  const acting = (command: Command): Command =>
    command
      .requiredOption('--why <text>', 'why; stands in the ledger, and agents are told')
      .option('--by <name>', 'name beside the identity of the credentials');
  acting(
    emergency
      .command('start')
      .description('declare one, or add measures to the one in force; repeated, it completes what is missing'),
  )
    .option('--stop-intake', 'refuse messages of clients, and have events of other systems wait')
    .option('--pause-channel <name...>', 'have nobody handle the messages of these channels: they wait, untried')
    .option('--drain-agent <name...>', 'have these agents take nothing new')
    .option('--resume <name...>', 'have these agents and channels, which are drained or paused, go on')
    .option('--wait <duration>', 'time until all must have heard and have nothing in hand', '60 seconds')
    .action(async (options: EmergencyStartOptions, command: Command) => {
      const { emergencyStartCommand } = await import('./emergency.js');
      finish(await emergencyStartCommand(await context(command), options));
    });
  emergency
    .command('status')
    .description('the latest one: its measures, who has heard of it, who has something in hand')
    .action(async (_options: unknown, command: Command) => {
      const { emergencyStatusCommand } = await import('./emergency.js');
      await emergencyStatusCommand(await context(command));
    });
  acting(emergency.command('end').description('end it: everything is as it was before')).action(
    async (options: ActOptions, command: Command) => {
      const { emergencyEndCommand } = await import('./emergency.js');
      finish(await emergencyEndCommand(await context(command), options));
    },
  );
}
