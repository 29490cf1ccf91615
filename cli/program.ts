import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { PRIORITIES } from '../shared/domain/base/priority.js';
import { visibleText } from '../shared/domain/base/visible-text.js';
import type { CommandContext } from './context/command-context.js';
import type { DiagramOptions } from './commands/messages/diagram.js';
import type { QueuesOptions } from './commands/messages/queues.js';
import type { SendOptions } from './commands/messages/send.js';
import type { TraceOptions } from './commands/messages/trace.js';
import { addAgents } from './commands/agents/agents-program.js';
import { addEmergency } from './commands/emergency/emergency-program.js';
import { addChannels } from './commands/channels/channels-program.js';
import { addDeadLetters } from './commands/dlq/dlq-program.js';
import { addCompletion } from './commands/project/completion-program.js';
import { addHealth } from './commands/examine/health-program.js';
import { addLedger } from './commands/ledger/ledger-program.js';
import { DEMO_ENGINES, ENGINES } from './context/engine-choices.js';
import { addAdd } from './commands/project/add-program.js';
import { addInit } from './commands/project/init-program.js';
import type { GlobalOptions } from './context/output.js';
import { addApproval } from './commands/requests/approval-program.js';
import { addRequests } from './commands/requests/requests-program.js';
import { addBreakers } from './commands/breakers/breakers-program.js';
import { addQuarantine } from './commands/quarantine/quarantine-program.js';
import { addReplay } from './commands/replay/replay-program.js';
import { addWorker } from './commands/worker/worker-program.js';
import { addWorkflows } from './commands/workflow/workflow-program.js';

/**
 * The commands of `laneway`. The code of a command is loaded when it runs, so that help and mistakes cost nothing.
 * @param finish called with the exit code of a command that has one of its own
 */
export function createProgram(version: string, finish: (code: number) => void): Command {
  const program = new Command('laneway')
    .description('Typed messaging between agents on AWS: deploy an application, send to it, and follow what happens.')
    .version(version)
    .option('--json', 'data as JSON')
    .option('--quiet', 'no progress on stderr')
    .option('--debug', 'with an error, its stack')
    .option('--app <name>', 'the deployed application of this name, without its sources, from any folder')
    .option(
      '--topology <path>',
      'module that exports the topology, #name when several (default: package.json, laneway.topology)',
    )
    .option(
      '--engine <where>',
      'local or aws: the local engine or the AWS account (default: AWS_ENDPOINT_URL, a kept engine, AWS); demo: local or in-process',
    )
    .hook('preAction', checkEngine)
    .hook('preAction', checkApp)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(laneway --help lists the commands)')
    // Mistakes quote what was typed, or pasted.
    .configureOutput({ outputError: (text, write) => write(visibleText(text)) })
    .exitOverride()
    .addHelpText('after', '\nExit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 credentials, 124 timeout.');

  const context = async (command: Command): Promise<CommandContext> => {
    const { createContext } = await import('./context/command-context.js');
    return createContext(command.optsWithGlobals<GlobalOptions>());
  };
  addInit(program);
  addAdd(program, context);
  addDemo(program, finish);
  addDeployment(program, context);
  addMessages(program, context);
  addDeadLetters(program, context, { positive, wholePositive });
  addRequests(program, context);
  addApproval(program, context);
  addWorkflows(program, context, wholePositive, finish);
  addWorker(program, context, wholePositive);
  addAgents(program, context, finish);
  addQuarantine(program, context, finish);
  addEmergency(program, context, finish);
  addBreakers(program, context);
  addChannels(program, context);
  addReplay(program, context, { positive, wholePositive });
  addLedger(program, context, wholePositive, finish);
  addHealth(program, context, finish);
  addEngine(program, context);
  addCompletion(program);
  return program;
}

/** Refuses a value of `--engine` that the command does not take: `demo` takes others than the rest. */
function checkEngine(program: Command, command: Command): void {
  const { engine } = program.opts<{ engine?: string }>();
  const allowed: readonly string[] = command.name() === 'demo' ? DEMO_ENGINES : ENGINES;
  if (engine === undefined || allowed.includes(engine)) return;
  command.error(
    `error: option '--engine <where>' argument '${engine}' is invalid for ${command.name()}. Allowed choices are ${allowed.join(', ')}.`,
    { code: 'commander.invalidArgument', exitCode: 2 },
  );
}

/** Commands that make something of the sources, or are about this machine. */
const WITHOUT_APP = ['demo', 'deploy', 'destroy', 'dev', 'init', 'add', 'engine', 'worker', 'doctor', 'completion'];

function checkApp(program: Command, command: Command): void {
  if (program.opts<{ app?: string }>().app === undefined) return;
  const names = [];
  for (let one: Command | null = command; one !== null && one !== program; one = one.parent) names.unshift(one.name());
  if (!WITHOUT_APP.includes(names[0] ?? '')) return;
  command.error(
    `error: option '--app <name>' is for commands that operate what is deployed; ${names.join(' ')} works in the folder of the sources`,
    { code: 'commander.invalidArgument', exitCode: 2 },
  );
}

type ContextOf = (command: Command) => Promise<CommandContext>;

function addDemo(program: Command, finish: (code: number) => void): void {
  program
    .command('demo')
    .description(
      'vehicle maintenance end to end: three vehicles, or a file of telemetry; on a local engine, or without any by --engine in-process',
    )
    .option('--silent-customer', 'nobody answers the notice: shows the follow-up')
    .option('--input <file>', 'telemetry as CSV, columns found by header name and unit')
    .option('--rate <n>', 'rows a second', positive)
    .option('--limit <n>', 'rows at most', wholePositive)
    .option('--vehicles <n>', 'vehicles that the rows are dealt out to', wholePositive)
    .addOption(new Option('--decimal <sign>', 'decimal sign of the file').choices(['point', 'comma']))
    .option(
      '--times <form>',
      "times of the file: iso (default), 'epoch seconds', 'epoch milliseconds' or 'seconds since <ISO time>'",
    )
    .option('--keep', 'leave the engine up and print endpoint and outputs')
    .action(async (_options: unknown, command: Command) => {
      const { runDemo } = await import('./run-demo.js');
      finish(await runDemo(command.optsWithGlobals()));
    });
}

function addDeployment(program: Command, context: ContextOf): void {
  const stacks = () => new Argument('[stacks...]', 'names or patterns of stacks').default([], 'all');
  program
    .command('deploy')
    .description('deploy the application; --engine local starts an engine when none runs')
    .addArgument(stacks())
    .action(async (names: string[], _options: unknown, command: Command) => {
      const { deployCommand } = await import('./commands/deployment/deploy.js');
      await deployCommand(await context(command), names);
    });
  program
    .command('destroy')
    .description('destroy the stacks, with every message and the ledger')
    .addArgument(stacks())
    .option('-y, --yes', 'do not ask')
    .action(async (names: string[], options: { yes?: boolean }, command: Command) => {
      const { destroyCommand } = await import('./commands/deployment/destroy.js');
      await destroyCommand(await context(command), names, options);
    });
  program
    .command('dev')
    .description(
      'deploy, then watch: an edited handler updates its function or restarts its worker, an edited topology redeploys',
    )
    .option(
      '--in-process',
      'run the application in a process here instead, without an engine: nothing survives it; lines of standard input send to it (help lists them)',
    )
    .addOption(new Option('--application', 'be that process').hideHelp())
    .action(async (options: { inProcess?: boolean; application?: boolean }, command: Command) => {
      if (options.application === true) {
        const { runDevApplication } = await import('./commands/deployment/dev/dev-application.js');
        await runDevApplication(await context(command));
      } else if (options.inProcess === true) {
        const { devInProcessCommand } = await import('./commands/deployment/dev-in-process.js');
        await devInProcessCommand(await context(command));
      } else {
        const { devCommand } = await import('./commands/deployment/dev.js');
        await devCommand(await context(command));
      }
    });
}

function addMessages(program: Command, context: ContextOf): void {
  program
    .command('send')
    .description('publish one message as a client of the topology; prints its conversation')
    .argument('<type>', 'message type')
    .requiredOption('--data <payload>', '@file, - for standard input, or JSON')
    .addOption(new Option('--priority <priority>', 'brought to one that the channel uses').choices(PRIORITIES))
    .option('--correlation <id>', 'conversation to join (default: a new one)')
    .option('--as <client>', 'client of the topology (default: the only one that may publish the type)')
    .option('--channel <name>', 'channel, when several carry the type')
    .option('--to <agent>', 'one receiver (default: every subscriber)')
    .option('--subject <text>', 'subject of the message')
    .option(
      '--wait [duration]',
      'wait for the reply, or until the conversation is at rest, so long (without a duration: 30s; without the option: not at all)',
    )
    .action(async (type: string, options: SendOptions, command: Command) => {
      const { sendCommand } = await import('./commands/messages/send.js');
      await sendCommand(await context(command), type, options);
    });
  program
    .command('trace')
    .description('show a conversation from the ledger')
    .argument('<correlation>', 'correlation id; with --ingress, the EventId that put-events printed')
    .option('--ingress <name>', 'the conversation that a foreign event started through this ingress')
    .addOption(new Option('--as <form>', 'form').choices(['tree', 'sequence', 'mermaid', 'json']).default('tree'))
    .action(async (id: string, options: TraceOptions, command: Command) => {
      const { traceCommand } = await import('./commands/messages/trace.js');
      await traceCommand(await context(command), id, options);
    });
  program
    .command('diagram')
    .description('show the topology: flow, channels with QoS, lanes, error paths')
    .addOption(new Option('--as <form>', 'form').choices(['text', 'mermaid']).default('text'))
    .action(async (options: DiagramOptions, command: Command) => {
      const { diagramCommand } = await import('./commands/messages/diagram.js');
      await diagramCommand(await context(command), options);
    });
  program
    .command('queues')
    .description('show what waits in every lane and dead letter queue')
    .option('--watch [interval]', 'refresh until Ctrl-C (without an interval: every 2s)')
    .action(async (options: QueuesOptions, command: Command) => {
      const { queuesCommand } = await import('./commands/messages/queues.js');
      await queuesCommand(await context(command), options);
    });
  program
    .command('sweep')
    .description(
      'run the sweeper now: deliveries that can no longer arrive, requests past their deadline, steps nobody answers',
    )
    .option('--deep', 'what handlers emitted and nobody took, from the archive of the ledger (runs daily by itself)')
    .option(
      '--grace <duration>',
      'how long a step of a workflow must have waited; under a minute, one that is just begun may be ended',
    )
    .action(async (options: { deep?: boolean; grace?: string }, command: Command) => {
      const { sweepCommand } = await import('./commands/messages/sweep.js');
      await sweepCommand(await context(command), options);
    });
}

function addEngine(program: Command, context: ContextOf): void {
  const engine = program.command('engine').description('the local engine that stays up between commands');
  engine
    .command('start')
    .description('start it, unless it runs; prints its endpoint')
    .option('--port <n>', 'port on 127.0.0.1 (default: a free one)', wholePositive)
    .action(async (options: { port?: number }, command: Command) => {
      const { engineStartCommand } = await import('./commands/deployment/engine.js');
      await engineStartCommand(await context(command), options);
    });
  engine
    .command('stop')
    .description('stop it, with all that is deployed on it')
    .action(async (_options: unknown, command: Command) => {
      const { engineStopCommand } = await import('./commands/deployment/engine.js');
      await engineStopCommand(await context(command));
    });
  engine
    .command('status')
    .description('endpoint, age, process and log')
    .action(async (_options: unknown, command: Command) => {
      const { engineStatusCommand } = await import('./commands/deployment/engine.js');
      await engineStatusCommand(await context(command));
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('allowed: a number greater than zero');
  return value;
}

function wholePositive(text: string): number {
  const value = positive(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('allowed: a whole number from 1');
  return value;
}
