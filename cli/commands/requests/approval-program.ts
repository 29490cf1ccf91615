import type { Command } from 'commander';
import type { CommandContext } from '../../context/command-context.js';

interface DecideOptions {
  readonly reason: string;
  readonly by?: string;
}

/** Adds `laneway approval`. */
export function addApproval(program: Command, context: (command: Command) => Promise<CommandContext>): void {
  const approval = program.command('approval').description('decisions that workflows wait for: look at them, decide');
  approval
    .command('list')
    .description('open approvals, the one whose time is over first at the top')
    .action(async (_options: unknown, command: Command) => {
      const { approvalListCommand } = await import('./approval.js');
      await approvalListCommand(await context(command));
    });
  approval
    .command('show')
    .description('one approval, with what it takes to decide')
    .argument('<id>', 'approval')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { approvalShowCommand } = await import('./approval.js');
      await approvalShowCommand(await context(command), id);
    });
  for (const [verb, decision] of [
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ] as const) {
    approval
      .command(verb)
      .description(`decide: ${decision}; the workflow goes on`)
      .argument('<id>', 'approval')
      .requiredOption('--reason <text>', 'why; stands in the ledger, and the workflow gets it')
      .option('--by <name>', 'name beside the identity of the credentials')
      .action(async (id: string, options: DecideOptions, command: Command) => {
        const { approvalDecideCommand } = await import('./approval.js');
        const { reason, ...rest } = options;
        await approvalDecideCommand(await context(command), id, decision, { ...rest, why: reason });
      });
  }
}
