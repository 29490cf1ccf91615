import { relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { CommandContext } from '../../context/command-context.js';
import { interruptible } from './deploy-here.js';
import { describeError } from '../../context/describe-error.js';
import { ownCommand, openDevWorker, type DevWorker } from './dev/dev-worker.js';
import { Edits } from './dev/edits.js';
import { faultyFiles } from './dev/infra-files.js';
import { locateInProcess } from './dev/in-process-module.js';
import type { GlobalOptions } from '../../context/output.js';

/** Options that say how the process speaks. */
const passedOn = (options: GlobalOptions): string[] =>
  (['json', 'quiet', 'debug'] as const).flatMap((name) => (options[name] === true ? [`--${name}`] : []));

/**
 * Runs the application in a process of its own until Ctrl-C, and starts that again when something it is made of is edited.
 * Neither an engine nor AWS is reached. Lines of standard input go to the process, which sends what they say.
 * @throws LanewayError NOT_FOUND when nothing says what runs in process
 */
export async function devInProcessCommand(context: CommandContext): Promise<void> {
  const { project, options, output } = context;
  const module = locateInProcess(project, options.topology);
  const interrupt = interruptible();
  const { signal } = interrupt;
  const edits = new Edits();
  const say = (line: string): void => output.progress(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
  const names = (files: readonly string[]): string => files.map((file) => relative(project.directory, file)).join(', ');
  let application: DevWorker | undefined;
  let watched: ReadonlySet<string> = new Set([module]);

  /** Says what went wrong, and goes on: the next edit may mend it. */
  const watchOn = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      watched = new Set([...watched, ...faultyFiles(error, project.directory)]);
      say(`${describeError(error, options.debug === true) ?? 'failed'}\nwatching for the edit that mends it`);
    }
  };
  const update = async (files: readonly string[]): Promise<void> => {
    if (application === undefined) {
      application = await openDevWorker('in-process', module, {
        directory: project.directory,
        command: ownCommand(options.topology, ['dev', '--application', ...passedOn(options)]),
        ended: (how) => say(`the application ended with ${how}; the next edit starts it again`),
      });
    } else if (await application.rebuild()) {
      say(`${names(files)}: starting again; what waited in memory is gone`);
      await application.restart();
    } else say(`${names(files)} changes nothing`);
    watched = application.inputs;
  };
  const lines = createInterface({ input: process.stdin, terminal: false });
  const tell = (line: string): void => {
    if (application?.tell(line) !== true) say('the application does not run; the line was not sent');
  };
  // Lines that come while the first start takes its time are kept for it.
  let early: string[] | undefined = [];
  lines.on('line', (line) => {
    if (line.trim() === '') return;
    if (early === undefined) tell(line);
    else early.push(line);
  });
  try {
    await watchOn(() => update([]));
    const kept = early;
    early = undefined;
    kept.forEach(tell);
    while (!signal.aborted) {
      edits.follow(watched);
      const files = await edits.next(signal);
      if (files.length > 0) await watchOn(() => update(files));
    }
  } finally {
    lines.close();
    process.stdin.unref?.();
    edits.close();
    await application?.dispose();
    interrupt.release();
  }
}
