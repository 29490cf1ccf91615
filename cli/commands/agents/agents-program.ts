import { Option, type Command } from 'commander';
import { AGENT_STATUSES } from '../../../shared/domain/registry/lifecycle.js';
import type { CommandContext } from '../../context/command-context.js';
import type { ExitCode } from '../../context/exit-codes.js';
import type { AgentsListOptions, DrainCommandOptions, ResumeCommandOptions } from './agents.js';

/** Adds `laneway agents`. */
export function addAgents(
  program: Command,
  context: (command: Command) => Promise<CommandContext>,
  finish: (code: ExitCode) => void,
): void {
  const agents = program
    .command('agents')
    .description('who works for the application: instances, their status and load');
  agents
    .command('list')
    .description('every instance: status, load, last heartbeat, and why it is as it is')
    .option('--capability <name...>', 'those that have all of these capabilities')
    .option('--role <role>', 'those of agents with this role')
    .addOption(new Option('--status <status>', 'those with this status').choices(AGENT_STATUSES))
    .action(async (options: AgentsListOptions, command: Command) => {
      const { agentsListCommand } = await import('./agents.js');
      await agentsListCommand(await context(command), options);
    });
  agents
    .command('get')
    .description('one agent: what it is declared with, its instances and its drains')
    .argument('<agent>', 'agent of the topology')
    .action(async (agent: string, _options: unknown, command: Command) => {
      const { agentsGetCommand } = await import('./agents.js');
      await agentsGetCommand(await context(command), agent);
    });
  const acting = (command: Command): Command =>
    command
      .argument('<agent>', 'agent of the topology')
      .option('--instance <name>', 'one instance of a worker (default: the whole agent)')
      .requiredOption('--why <text>', 'why; stands in the ledger')
      .option('--by <name>', 'name beside the identity of the credentials');
  acting(
    agents
      .command('drain')
      .description('have it take nothing new: what it has in hand is finished, what comes for it waits'),
  )
    .option('--force', 'also when nobody else is available for what it does')
    .action(async (agent: string, options: DrainCommandOptions, command: Command) => {
      const { agentsDrainCommand } = await import('./agents.js');
      finish(await agentsDrainCommand(await context(command), agent, options));
    });
  acting(agents.command('resume').description('have it take messages again')).action(
    async (agent: string, options: ResumeCommandOptions, command: Command) => {
      const { agentsResumeCommand } = await import('./agents.js');
      finish(await agentsResumeCommand(await context(command), agent, options));
    },
  );
}
