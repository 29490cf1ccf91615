import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LanewayError, unknownName } from '../../shared/domain/base/errors.js';
import type { AgentModel, AgentRuntime, TopologyModel } from '../../shared/topology/model.js';

/**
 * Agents' code: a folder with `<agent>/lambda.ts` (`<agent>/worker.ts` for those that run as workers), or for each agent
 * its entry file, or on Lambda a function.
 */
export type AgentSources = string | Readonly<Record<string, string | IFunction>>;

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/** Export of an agent's entry file, by where the agent runs; the file has the name of the place. */
const EXPORTS: Readonly<Record<AgentRuntime, string>> = { lambda: '`handler`', worker: 'its worker' };

/**
 * Finds the function or the entry file for every agent of the topology that runs on Lambda. Relative paths start at the working
 * directory, as CDK's own do. An agent that runs as a worker needs neither; its entry is {@link workerEntry}'s.
 *
 * @throws LanewayError NOT_FOUND for an agent without a function, or with the entry of the other place only;
 * UNKNOWN_AGENT for code without an agent; INVALID_OPTION for a worker's function
 */
export function agentEntries(topology: TopologyModel, agents: AgentSources): Map<string, string | IFunction> {
  const given = checkedSources(topology, agents);
  const found = new Map<string, string | IFunction>();
  for (const agent of Object.values(topology.agents)) {
    if (agent.runs === 'worker') continue;
    found.set(agent.id, given.get(agent.id) ?? fail(missing(topology, agent, agents)));
  }
  return found;
}

/**
 * The entry file of an agent that runs as a worker.
 *
 * @throws LanewayError NOT_FOUND without one, UNKNOWN_AGENT, INVALID_OPTION for an agent that runs on Lambda
 */
export function workerEntry(topology: TopologyModel, agents: AgentSources, id: string): string {
  const agent = topology.agents[id];
  const workers = Object.values(topology.agents).filter(({ runs }) => runs === 'worker');
  const names = workers.map((worker) => worker.id);
  if (!agent) throw unknownName('UNKNOWN_AGENT', `there is no agent '${id}'`, id, names, topology.name);
  if (agent.runs !== 'worker') {
    throw new LanewayError('INVALID_OPTION', `agent '${id}' runs on Lambda, not as a worker`, {
      help: [`workers of ${topology.name}: ${names.join(', ') || '(none)'}`, `or declare it with runs: 'worker'`],
    });
  }
  const source = checkedSources(topology, agents).get(id);
  return typeof source === 'string' ? source : fail(missing(topology, agent, agents));
}

/** The module next to the agents that exports the topology, when there is one. */
export function topologyModuleOf(agents: AgentSources): string | undefined {
  return typeof agents === 'string' ? fileIn(resolve(agents), 'topology') : undefined;
}

/** Entries as given, by agent; every path is absolute, and its file exists. */
function checkedSources(topology: TopologyModel, agents: AgentSources): Map<string, string | IFunction> {
  const known = Object.keys(topology.agents);
  if (typeof agents === 'string') return inFolder(topology, resolve(agents));
  return new Map<string, string | IFunction>(
    Object.entries(agents).map(([id, source]) => {
      const agent = topology.agents[id];
      if (!agent) throw unknownName('UNKNOWN_AGENT', `there is a function for agent '${id}'`, id, known, topology.name);
      if (typeof source === 'string') {
        const path = resolve(source);
        return [id, existsSync(path) ? path : fail(missing(topology, agent, source))] as const;
      }
      if (agent.runs === 'lambda') return [id, source] as const;
      throw new LanewayError('INVALID_OPTION', `agent '${id}' runs as a worker, and has a function`, {
        help: [`give its entry file in 'agents', or nothing, or leave 'runs' out   (${topology.name})`],
      });
    }),
  );
}

function inFolder(topology: TopologyModel, folder: string): Map<string, string> {
  if (!existsSync(folder)) {
    throw new LanewayError('NOT_FOUND', `the folder of the agents does not exist: ${folder}`, {
      help: ['give the folder that holds <agent>/lambda.ts, relative to the working directory'],
    });
  }
  const known = Object.keys(topology.agents);
  const found = new Map<string, string>();
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const entries = { lambda: fileIn(join(folder, name), 'lambda'), worker: fileIn(join(folder, name), 'worker') };
    const agent = Object.hasOwn(topology.agents, name) ? topology.agents[name] : undefined;
    const file = entries[agent?.runs ?? 'lambda'] ?? (agent ? undefined : entries.worker);
    if (file !== undefined && !agent)
      throw unknownName('UNKNOWN_AGENT', `there is a function for agent '${name}'`, name, known, topology.name);
    if (file !== undefined) found.set(name, file);
    else if (agent && (entries.lambda ?? entries.worker) !== undefined) throw wrongEntry(topology, agent);
  }
  return found;
}

function fileIn(folder: string, name: string): string | undefined {
  return EXTENSIONS.map((extension) => join(folder, `${name}${extension}`)).find((path) => existsSync(path));
}

/** A folder that holds only the entry of the place where its agent does not run. */
function wrongEntry(topology: TopologyModel, { id, runs }: AgentModel): LanewayError {
  const other = runs === 'lambda' ? 'worker' : 'lambda';
  const where = runs === 'lambda' ? 'on Lambda' : 'as a worker';
  const change = runs === 'lambda' ? "declare it with runs: 'worker'" : "leave its runs: 'worker' out";
  return new LanewayError(
    'NOT_FOUND',
    `agent '${id}' of ${topology.name} runs ${where}, and its folder has ${other}.ts and no ${runs}.ts`,
    { help: [`add ${id}/${runs}.ts, which exports ${EXPORTS[runs]}, or ${change}`] },
  );
}

function missing(topology: TopologyModel, { id, runs }: AgentModel, agents: AgentSources): LanewayError {
  const where = typeof agents === 'string' ? agents : 'agents';
  const what = runs === 'lambda' ? 'function' : 'worker';
  const or = runs === 'lambda' ? 'name its entry or function' : 'name its entry';
  return new LanewayError('NOT_FOUND', `agent '${id}' of ${topology.name} has no ${what} in ${where}`, {
    help: [`add ${id}/${runs}.ts, which exports ${EXPORTS[runs]}, or ${or} in 'agents'`],
  });
}

function fail(error: LanewayError): never {
  throw error;
}
