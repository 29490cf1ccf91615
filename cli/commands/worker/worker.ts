import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defined } from '../../../shared/domain/base/defined.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { runEntries } from '../../../shared/worker/run-entries.js';
import { isWorkerEntry, type WorkerEntry } from '../../../shared/worker/worker-entry.js';
import type { CommandContext } from '../../context/command-context.js';
import { importModule, locateTopology } from '../../context/load-topology.js';
import { readDuration } from '../../input/read-duration.js';

/** Options of `laneway worker run`. */
export interface WorkerRunOptions {
  readonly concurrency?: number;
  readonly port?: number;
  readonly host: string;
  readonly drain: string;
  readonly instance?: string;
  readonly zone?: string;
  readonly versionOfCode?: string;
}

const EXTENSIONS = ['ts', 'mts', 'js', 'mjs'] as const;

/**
 * Runs agents in this process until it is told to end: one signal drains, a second one ends at once.
 * @throws LanewayError NOT_FOUND for an agent without an entry file, or an application that is not deployed; CONFIGURATION for
 * an entry file that exports no worker
 */
export async function workerRunCommand(
  context: CommandContext,
  agents: readonly string[],
  options: WorkerRunOptions,
): Promise<void> {
  const { output } = context;
  const drain = readDuration(options.drain);
  const entries: WorkerEntry[] = [];
  for (const agent of new Set(agents)) entries.push(await loadEntry(context, agent));
  await context.target();
  await runEntries(entries, {
    drain,
    ...defined({ concurrency: options.concurrency, instance: options.instance, zone: options.zone }),
    ...defined({ version: options.versionOfCode }),
    ...(options.port === undefined ? {} : { health: { port: options.port, host: options.host } }),
    say: (line) => output.progress(line),
  });
}

async function loadEntry({ project, options }: CommandContext, agent: string): Promise<WorkerEntry> {
  const folder = join(
    project.agents === undefined || options.topology !== undefined
      ? dirname(locateTopology(project, options.topology)[0])
      : resolve(project.directory, project.agents),
    agent,
  );
  const path = EXTENSIONS.map((extension) => join(folder, `worker.${extension}`)).find((file) => existsSync(file));
  if (path === undefined) {
    throw new LanewayError('NOT_FOUND', `agent '${agent}' has no worker.ts in ${folder}`, {
      help: [
        "write it: export default worker(agent, ({ bind }) => ...) of 'laneway/worker'",
        'the folder of the agents is "laneway": { "agents": ... } in package.json, else the folder of the topology',
      ],
    });
  }
  const { default: entry } = await importModule(path);
  if (!isWorkerEntry(entry) || entry.agent !== agent) {
    throw new LanewayError(
      'CONFIGURATION',
      `${path} exports ${isWorkerEntry(entry) ? `the worker of agent '${entry.agent}'` : 'no worker'} by default`,
      { help: [`allowed: export default worker(<agent '${agent}'>, ({ bind }) => ...) of 'laneway/worker'`] },
    );
  }
  return entry;
}
