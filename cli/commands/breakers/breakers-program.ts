import type { Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';
import type { ActOptions } from '../dlq/dlq.js';

/** Adds `laneway breakers`. */
export function addBreakers(program: Command, context: (command: Command) => Promise<CommandContext>): void {
  const breakers = program
    .command('breakers')
    .description('circuit breakers around the outside calls of agents: see them, open them, close them');
  breakers
    .command('list')
    .description('every breaker with its state; of one agent with --agent')
    .option('--agent <id>', 'breakers of this agent only')
    .action(async (options: { readonly agent?: string }, command: Command) => {
      const { breakersListCommand } = await import('./breakers.js');
      await breakersListCommand(await context(command), options);
    });
  const acting = (name: 'trip' | 'reset', description: string): void => {
    breakers
      .command(name)
      .description(description)
      .argument('<agent>', 'agent whose calls it guards')
      .argument('<guard>', 'name of the guard')
      .requiredOption('--why <text>', 'why; stands in the ledger')
      .option('--by <name>', 'name beside the identity of the credentials')
      .action(async (agent: string, guard: string, options: ActOptions, command: Command) => {
        const { breakersActCommand } = await import('./breakers.js');
        await breakersActCommand(await context(command), name, { agent, guard }, options);
      });
  };
  acting('trip', 'open it until it is reset: calls are not made, their messages wait');
  acting('reset', 'close it, whoever opened it');
}
