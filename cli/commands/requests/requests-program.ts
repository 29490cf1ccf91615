import type { Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';
import type { ActOptions } from '../dlq/dlq.js';

/** Adds `laneway requests`. */
export function addRequests(program: Command, context: (command: Command) => Promise<CommandContext>): void {
  const requests = program.command('requests').description('open requests: look at them, answer or fail one by hand');
  const acting = (command: Command): Command =>
    command
      .requiredOption('--why <text>', 'why; stands in the ledger')
      .option('--by <name>', 'name beside the identity of the credentials');
  requests
    .command('list')
    .description('open requests, the one whose time is over first at the top')
    .option('--within <duration>', 'whose time is over within this (default: 1d)')
    .action(async (options: { within?: string }, command: Command) => {
      const { requestsListCommand } = await import('./requests.js');
      await requestsListCommand(await context(command), options);
    });
  requests
    .command('get')
    .description('one request: who waits, until when, which agents were asked')
    .argument('<id>', 'request')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { requestsGetCommand } = await import('./requests.js');
      await requestsGetCommand(await context(command), id);
    });
  acting(requests.command('answer').description('reply in place of an agent').argument('<id>'))
    .requiredOption('--data <payload>', '@file, - for standard input, or JSON')
    .action(async (id: string, options: ActOptions & { data: string }, command: Command) => {
      const { requestsAnswerCommand } = await import('./requests.js');
      await requestsAnswerCommand(await context(command), id, options);
    });
  acting(
    requests.command('fail').description('end it as failed, whatever its ladder has left').argument('<id>'),
  ).action(async (id: string, options: ActOptions, command: Command) => {
    const { requestsFailCommand } = await import('./requests.js');
    await requestsFailCommand(await context(command), id, options);
  });
}
