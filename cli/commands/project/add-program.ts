import type { Command } from 'commander';
import type { AddAgentOptions } from './add/add-agent.js';
import type { AddMessageOptions } from './add/add-message.js';
import type { CommandContext } from '../../context/command-context.js';

/** Adds `laneway add`. */
export function addAdd(program: Command, context: (command: Command) => Promise<CommandContext>): void {
  const add = program.command('add').description('add to this project: edits its topology and writes the files');
  add
    .command('message')
    .description('a message type')
    .argument('<name>', 'PascalCase; an event in the past tense, a command in the imperative')
    .option('--event', 'a fact, which any number of agents may hear')
    .option('--command', 'an instruction for one agent')
    .option('--reply <event>', 'the event that answers the command; made when there is none')
    .action(async (name: string, options: AddMessageOptions, command: Command) => {
      const own = await context(command);
      const [{ addMessage }, { addCommand }] = await Promise.all([import('./add/add-message.js'), loadCommand()]);
      await addCommand(own, `message ${name}`, addMessage(own.project, name, options));
    });
  add
    .command('channel')
    .description('a channel')
    .argument('<name>', 'lower-case words joined by dots')
    .requiredOption('--carries <types...>', 'message types of the project')
    .action(async (name: string, { carries }: { readonly carries: string[] }, command: Command) => {
      const own = await context(command);
      const [{ addChannel }, { addCommand }] = await Promise.all([import('./add/add-channel.js'), loadCommand()]);
      await addCommand(own, `channel ${name}`, addChannel(own.project, name, carries));
    });
  add
    .command('agent')
    .description('an agent, with its function (or worker) and its test')
    .argument('<name>', 'lower-case letters, digits and dashes')
    .requiredOption('--subscribes <channels...>', 'channels of the topology')
    .option('--worker', "it runs in processes of yours: runs: 'worker', and worker.ts in place of its function")
    .action(async (name: string, options: AddAgentOptions, command: Command) => {
      const own = await context(command);
      const [{ addAgent }, { addCommand }] = await Promise.all([import('./add/add-agent.js'), loadCommand()]);
      await addCommand(own, `agent ${name}`, addAgent(own.project, name, options));
    });
  add
    .command('workflow')
    .description('a workflow, with its test and its place in the infrastructure')
    .argument('<name>', 'lower-case letters, digits and dashes')
    .requiredOption('--started-by <type>', 'message type each of which starts an execution')
    .action(async (name: string, { startedBy }: { readonly startedBy: string }, command: Command) => {
      const own = await context(command);
      const [{ addWorkflow }, { addCommand }] = await Promise.all([import('./add/add-workflow.js'), loadCommand()]);
      await addCommand(own, `workflow ${name}`, addWorkflow(own.project, name, startedBy));
    });
}

const loadCommand = () => import('./add.js');
