import { basename, join } from 'node:path';
import type { Node } from '@babel/types';
import { LanewayError, unknownName } from '../../../../shared/domain/base/errors.js';
import type { Project } from '../../../context/project.js';
import { inProcessHint } from '../../deployment/dev/in-process-module.js';
import { kindIn } from './add-message.js';
import { checkFree, taken, THERE_ALREADY, type Addition } from './addition.js';
import { propertyKey, namesIn, propertiesOf, type ModuleSource } from './module-source.js';
import { declaredTopology, importPath, notWrittenOut, partOf, readModules } from './user-modules.js';

/** Names of agents and workflows. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** @throws LanewayError INVALID_OPTION for a name that no agent and no workflow can have */
export function checkName(what: string, name: string): void {
  if (NAME.test(name) && name.length <= 40) return;
  throw new LanewayError('INVALID_OPTION', `'${name}' cannot name ${what}`, {
    help: ["allowed: lower-case letters, digits and dashes, at most 40, as in 'data-analysis'"],
  });
}

/** A name as a variable: `data-analysis` is `dataAnalysis`. */
export const variable = (name: string) => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Options of {@link addAgent}. */
export interface AddAgentOptions {
  /** Channels of the topology. */
  readonly subscribes: readonly string[];
  /** It runs in processes of its owner, and has no function. */
  readonly worker?: boolean;
}

/**
 * Adds an agent: its entry in the topology, and its folder with logic, function or worker, and test.
 * @throws LanewayError INVALID_OPTION, UNKNOWN_CHANNEL; CONFIGURATION for a topology that is not written out
 */
export function addAgent(project: Project, name: string, { subscribes, worker = false }: AddAgentOptions): Addition {
  checkName('an agent', name);
  const modules = readModules(project);
  const { topology, messages } = modules;
  const runs = worker ? ", runs: 'worker'" : '';
  const value = `{ subscribes: [${subscribes.map((one) => `'${one}'`).join(', ')}]${runs} }`;
  const snippet = `agents: {\n  ${propertyKey(name)}: ${value},\n},`;
  const { name: exported, spec } = declaredTopology(modules, snippet);
  const channels = partOf(modules, spec, 'channels', snippet);
  const agents = partOf(modules, spec, 'agents', snippet);
  const present = agents?.entries.get(name)?.value;
  if (present !== undefined) {
    checkSame(name, present, { subscribes, worker });
    return THERE_ALREADY;
  }
  const types = new Set<string>();
  for (const one of subscribes) {
    const channel = channels?.entries.get(one)?.value;
    if (channel === undefined) {
      const known = [...(channels?.entries.keys() ?? [])];
      throw unknownName('UNKNOWN_CHANNEL', `there is no channel '${one}'`, one, known, topology.file);
    }
    const carried = channel.type === 'ObjectExpression' ? namesIn(propertiesOf(channel)?.get('carries')?.value) : [];
    if (carried === undefined || carried.length === 0)
      throw notWrittenOut(topology.file, `'carries: [...]' of '${one}' with every type written out`, snippet);
    for (const type of carried) types.add(type);
  }
  const folder = join(modules.agents, name);
  const files = new Map([
    [join(folder, 'agent.ts'), agentText(name, exported, [...types], folder, topology.file, messages)],
    worker ? [join(folder, 'worker.ts'), workerText(name)] : [join(folder, 'lambda.ts'), lambdaText(name)],
    [join(folder, 'agent.test.ts'), testText(name, [...types])],
  ]);
  checkFree('agent', name, files.keys());
  if (agents === undefined) topology.addProperty(spec, 'agents', `{ ${propertyKey(name)}: ${value} }`);
  else topology.addProperty(agents.object, propertyKey(name), value);
  const write = `write what it does in ${join(basename(modules.agents), name, 'agent.ts')}, and its test`;
  const run = `deploy, then run it: laneway worker run ${name}   (laneway dev runs it as well)`;
  return {
    edited: [topology],
    created: files,
    next: [write, ...(worker ? [run] : []), ...inProcessHint(project, 'agents', variable(name))],
  };
}

/** @throws LanewayError INVALID_OPTION when an agent of the name is there and differs */
function checkSame(name: string, present: Node, { subscribes, worker }: Required<AddAgentOptions>): void {
  const properties = present.type === 'ObjectExpression' ? propertiesOf(present) : undefined;
  const own = namesIn(properties?.get('subscribes')?.value);
  if (own === undefined || !subscribes.every((one) => own.includes(one)))
    throw taken('agent', name, `it is there and subscribes ${own?.join(', ') ?? 'what is not written out'}`);
  const declared = properties?.get('runs')?.value;
  const runs = declared === undefined ? 'lambda' : declared.type === 'StringLiteral' ? declared.value : undefined;
  if (runs === (worker ? 'worker' : 'lambda')) return;
  throw taken('agent', name, `it is there with ${runs === undefined ? "a 'runs' not written out" : `runs: '${runs}'`}`);
}

function agentText(
  name: string,
  topology: string,
  types: readonly string[],
  folder: string,
  topologyFile: string,
  messages: ModuleSource,
): string {
  const commands = types.some((type) => kindIn(messages, type) === 'command');
  const handlers = types.map((type) =>
    kindIn(messages, type) === 'command'
      ? `  ${type}: () => {\n    throw new PermanentError('${name} does not do ${type} yet');\n  },\n`
      : `  ${type}: ({ data }, { log }) => log.info('heard ${type}', { data }),\n`,
  );
  return `import { createAgent${commands ? ', PermanentError' : ''} } from 'laneway/agent';
import { ${topology} } from '${importPath(join(folder, 'agent.ts'), topologyFile)}';

export const ${variable(name)} = createAgent(${topology}, '${name}').handle({
${handlers.join('')}});
`;
}

const lambdaText = (name: string) => `import { lambda } from 'laneway/lambda';
import { ${variable(name)} } from './agent.js';

export const handler = lambda(${variable(name)});
`;

const workerText = (name: string) => `import { worker } from 'laneway/worker';
import { ${variable(name)} } from './agent.js';

export default worker(${variable(name)});
`;

const testText = (name: string, types: readonly string[]) => `import { ${variable(name)} } from './agent.js';

test('${name} has a handler for each type that it hears', () => {
  expect([...${variable(name)}.handlers.keys()].sort()).toEqual([${[...types]
    .sort()
    .map((type) => `'${type}'`)
    .join(', ')}]);
});
`;
