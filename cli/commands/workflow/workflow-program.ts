import { Option, type Command } from 'commander';
import { EXECUTION_STATUSES } from '../../../shared/domain/execution/executions.js';
import type { CommandContext } from '../../context/command-context.js';
import type { ActOptions } from '../dlq/dlq.js';
import type { DefinitionOptions, WorkflowDiagramOptions } from './workflow-definitions.js';
import type { WorkflowCheckOptions, WorkflowExportOptions } from './workflow-recordings.js';
import type { WorkflowListOptions, WorkflowStartOptions } from './workflow.js';

/** Adds `laneway workflow`. */
export function addWorkflows(
  program: Command,
  context: (command: Command) => Promise<CommandContext>,
  wholePositive: (text: string) => number,
  finish: (code: number) => void,
): void {
  const workflow = program.command('workflow').description('executions of workflows: look at them, start, stop, retry');
  const acting = (command: Command): Command =>
    command
      .requiredOption('--why <text>', 'why; stands in the ledger')
      .option('--by <name>', 'name beside the identity of the credentials');
  const local = new Option('--local', 'as the sources have it (synthesizes), not as it is deployed');
  workflow
    .command('list')
    .description('executions, the latest first; with what the running ones wait for')
    .option('--workflow <name>', 'of one workflow only')
    .addOption(new Option('--status <status>', 'in one state only').choices(EXECUTION_STATUSES))
    .option('--limit <n>', 'at most', wholePositive, 20)
    .action(async (options: WorkflowListOptions, command: Command) => {
      const { workflowListCommand } = await import('./workflow.js');
      await workflowListCommand(await context(command), options);
    });
  workflow
    .command('get')
    .description('one execution: its steps, who is waited for, why it failed; and its conversation')
    .argument('<execution>', 'name')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { workflowGetCommand } = await import('./workflow.js');
      await workflowGetCommand(await context(command), name);
    });
  workflow
    .command('watch')
    .description('one execution, live, until it has ended')
    .argument('<execution>', 'name')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { workflowWatchCommand } = await import('./workflow.js');
      await workflowWatchCommand(await context(command), name);
    });
  acting(workflow.command('start').description('start one execution, without publishing the start message'))
    .argument('<workflow>', 'name')
    .requiredOption('--data <payload>', 'payload of the start message: @file, - for standard input, or JSON')
    .option('--key <text>', 'the same key again is the same execution')
    .action(async (name: string, options: WorkflowStartOptions, command: Command) => {
      const { workflowStartCommand } = await import('./workflow.js');
      await workflowStartCommand(await context(command), name, options);
    });
  acting(workflow.command('stop').description('end a running execution; what it did is compensated'))
    .argument('<execution>', 'name')
    .action(async (name: string, options: ActOptions, command: Command) => {
      const { workflowStopCommand } = await import('./workflow.js');
      await workflowStopCommand(await context(command), name, options);
    });
  acting(workflow.command('retry').description('do one that failed again, from where it failed'))
    .argument('<execution>', 'name')
    .action(async (name: string, options: ActOptions, command: Command) => {
      const { workflowRetryCommand } = await import('./workflow.js');
      await workflowRetryCommand(await context(command), name, options);
    });
  workflow
    .command('diagram')
    .description('the definition, or an execution drawn on the one that it runs on')
    .argument('[workflow]', 'name (default: the only one)')
    .option('--execution <name>', 'mark what is done, waits, failed')
    .addOption(new Option('--as <form>', 'form').choices(['text', 'mermaid']).default('text'))
    .addOption(local)
    .action(async (name: string | undefined, options: WorkflowDiagramOptions, command: Command) => {
      const { workflowDiagramCommand } = await import('./workflow-definitions.js');
      await workflowDiagramCommand(await context(command), name, options);
    });
  workflow
    .command('cost')
    .description('state transitions and dollars per thousand runs, for each way through')
    .argument('[workflow]', 'name (default: the only one)')
    .addOption(local)
    .action(async (name: string | undefined, options: DefinitionOptions, command: Command) => {
      const { workflowCostCommand } = await import('./workflow-definitions.js');
      await workflowCostCommand(await context(command), name, options);
    });
  workflow
    .command('diff')
    .description('what a deployment would do to the workflows, and to what runs of them')
    .action(async (_options: unknown, command: Command) => {
      const { workflowDiffCommand } = await import('./workflow-definitions.js');
      await workflowDiffCommand(await context(command));
    });
  workflow
    .command('export')
    .description('executions with what each step was answered, to a file of JSON lines; the latest first')
    .requiredOption('--out <file>', 'file to write; one that is there is replaced')
    .option('--running', 'only executions that run')
    .option('--workflow <name>', 'of one workflow only')
    .option('--limit <n>', 'at most, of each workflow', wholePositive, 1000)
    .action(async (options: WorkflowExportOptions, command: Command) => {
      const { workflowExportCommand } = await import('./workflow-recordings.js');
      await workflowExportCommand(await context(command), options);
    });
  workflow
    .command('check')
    .description('exported executions through the workflows as the sources have them, without AWS')
    .requiredOption('--against <export>', 'file that `workflow export` wrote, or a folder of such (*.jsonl)')
    .action(async (options: WorkflowCheckOptions, command: Command) => {
      const { workflowCheckCommand } = await import('./workflow-recordings.js');
      finish(await workflowCheckCommand(await context(command), options));
    });
}
