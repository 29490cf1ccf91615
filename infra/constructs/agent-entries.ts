import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LanewayError, unknownName } from '../../shared/domain/errors.js';
import type { TopologyModel } from '../../shared/topology/model.js';

/** Agents' functions: a folder with `<agent>/lambda.ts`, or for each agent its entry file or a function. */
export type AgentSources = string | Readonly<Record<string, string | IFunction>>;

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/**
 * The function or the entry file of each agent of the topology. Relative paths start at the working directory, as CDK's
 * own do.
 *
 * @throws LanewayError NOT_FOUND for an agent without a function, UNKNOWN_AGENT for a function without an agent
 */
export function agentEntries(topology: TopologyModel, agents: AgentSources): Map<string, string | IFunction> {
  const given = typeof agents === 'string' ? inFolder(resolve(agents)) : new Map(Object.entries(agents));
  const known = Object.keys(topology.agents);
  for (const id of given.keys()) {
    if (!known.includes(id)) {
      throw unknownName('UNKNOWN_AGENT', `there is a function for agent '${id}'`, id, known, topology.name);
    }
  }
  return new Map<string, string | IFunction>(
    known.map((id) => {
      const source = given.get(id);
      if (source === undefined) throw missing(topology, id, agents);
      if (typeof source !== 'string') return [id, source] as const;
      const path = resolve(source);
      if (!existsSync(path)) throw missing(topology, id, source);
      return [id, path] as const;
    }),
  );
}

/** The module next to the agents that exports the topology, when there is one. */
export function topologyModuleOf(agents: AgentSources): string | undefined {
  return typeof agents === 'string' ? fileIn(resolve(agents), 'topology') : undefined;
}

function inFolder(folder: string): Map<string, string> {
  if (!existsSync(folder)) {
    throw new LanewayError('NOT_FOUND', `the folder of the agents does not exist: ${folder}`, {
      help: ['give the folder that holds <agent>/lambda.ts, relative to the working directory'],
    });
  }
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Map(
    folders.flatMap((entry) => {
      const file = fileIn(join(folder, entry.name), 'lambda');
      return file === undefined ? [] : [[entry.name, file] as const];
    }),
  );
}

function fileIn(folder: string, name: string): string | undefined {
  return EXTENSIONS.map((extension) => join(folder, `${name}${extension}`)).find((path) => existsSync(path));
}

function missing(topology: TopologyModel, id: string, agents: AgentSources): LanewayError {
  const where = typeof agents === 'string' ? agents : 'agents';
  return new LanewayError('NOT_FOUND', `agent '${id}' of ${topology.name} has no function in ${where}`, {
    help: [`add ${id}/lambda.ts, which exports \`handler\`, or name its entry or function in 'agents'`],
  });
}
