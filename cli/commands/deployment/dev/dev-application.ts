import type { Log } from '../../../../shared/agent/context.js';
import type { InProcess } from '../../../../shared/in-process/in-process.js';
import { startInProcess } from '../../../../shared/in-process/start-in-process.js';
import type { Topology } from '../../../../shared/topology/topology.js';
import type { CommandContext } from '../../../context/command-context.js';
import { describeError } from '../../../context/describe-error.js';
import { DevConsole } from './dev-console.js';
import { loadInProcess, locateInProcess } from './in-process-module.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The process of `laneway dev --in-process`: runs the application until it is told to end, and runs the commands that its
 * parent sends as lines. An error that no handler caught is printed, and ends nothing.
 */
export async function runDevApplication(context: CommandContext): Promise<never> {
  const { options, output } = context;
  const say = (line: string): void => output.progress(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
  const tell = (error: unknown): void => say(describeError(error, options.debug === true) ?? 'failed');
  const early: string[] = [];
  let take = (line: string): void => void early.push(line);
  process.on('message', (line) => take(String(line)));
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      say(`something that no handler waits for failed, and the application goes on (${event}):`);
      tell(error);
    });
  }
  const { topology, app } = await start(context, sayingLog(say)).catch((error: unknown) => {
    // The channel would keep a process alive that runs nothing.
    if (process.connected) process.disconnect();
    throw error;
  });
  let isEnding = false;
  const end = (): void => {
    if (isEnding) process.exit(130);
    isEnding = true;
    void app.stop({ timeout: '10 seconds' }).then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  // Ends with its parent, also when that was killed.
  process.once('disconnect', end);
  const console = new DevConsole(topology, app, output);
  take = (line) => void console.run(line).catch(tell);
  say('lines of standard input send to it: help lists them');
  for (const line of early) take(line);
  return new Promise<never>(() => undefined);
}

async function start(context: CommandContext, log: Log): Promise<{ topology: Topology; app: InProcess }> {
  const { topology } = await context.topology();
  const parts = await loadInProcess(locateInProcess(context.project, context.options.topology));
  return { topology, app: await startInProcess(topology, { ...parts, log }) };
}

/** Prints a line for each handled message, and for every event that a developer should see. */
function sayingLog(say: (line: string) => void): Log {
  const line = (message: string, fields: Fields = {}): void => say(lineOf(message, fields));
  return { debug: () => undefined, info: line, warn: line, error: line };
}

function lineOf(message: string, fields: Fields): string {
  const { agent, type, priority, tries, ms, error, correlation, id, ...rest } = fields as Fields & HandlingFields;
  const more = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`;
  const why = error === undefined ? '' : `: ${String(error)}`;
  if (type === undefined) return `${agent === undefined ? '' : `${agent}: `}${message}${why}${more}`;
  const about = message === 'handled' ? ` (${priority}) in ${ms} ms` : `: ${message}`;
  const tried = tries === undefined || tries < 2 ? '' : `, try ${tries}`;
  return `${agent ?? ''} ${type}${about}${tried}${why}${more}  ${correlation ?? id ?? ''}`;
}

/** Fields of the lines that are about a handling. */
interface HandlingFields {
  readonly agent?: string;
  readonly type?: string;
  readonly priority?: string;
  readonly tries?: number;
  readonly ms?: number;
  readonly error?: string | Error;
  readonly correlation?: string;
  readonly id?: string;
}
