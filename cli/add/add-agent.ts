import { basename, join } from 'node:path';
import { LanewayError, unknownName } from '../../shared/domain/errors.js';
import { inProcessHint } from '../dev/in-process-module.js';
import type { Project } from '../project.js';
import { kindIn } from './add-message.js';
import { checkFree, taken, THERE_ALREADY, type Addition } from './addition.js';
import { keyOf, namesIn, propertiesOf, type ModuleSource } from './module-source.js';
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

/**
 * Adds an agent: its entry in the topology, and its folder with logic, function and test.
 * @throws LanewayError INVALID_OPTION, UNKNOWN_CHANNEL; CONFIGURATION for a topology that is not written out
 */
export function addAgent(project: Project, name: string, subscribes: readonly string[]): Addition {
  checkName('an agent', name);
  const modules = readModules(project);
  const { topology, messages } = modules;
  const value = `{ subscribes: [${subscribes.map((one) => `'${one}'`).join(', ')}] }`;
  const snippet = `agents: {\n  ${keyOf(name)}: ${value},\n},`;
  const { name: exported, spec } = declaredTopology(modules, snippet);
  const channels = partOf(modules, spec, 'channels', snippet);
  const agents = partOf(modules, spec, 'agents', snippet);
  const present = agents?.entries.get(name)?.value;
  if (present !== undefined) {
    const own = present.type === 'ObjectExpression' ? namesIn(propertiesOf(present)?.get('subscribes')?.value) : [];
    if (own !== undefined && subscribes.every((one) => own.includes(one))) return THERE_ALREADY;
    throw taken('agent', name, `it is there and subscribes ${own?.join(', ') ?? 'what is not written out'}`);
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
    [join(folder, 'lambda.ts'), lambdaText(name)],
    [join(folder, 'agent.test.ts'), testText(name, [...types])],
  ]);
  checkFree('agent', name, files.keys());
  if (agents === undefined) topology.addProperty(spec, 'agents', `{ ${keyOf(name)}: ${value} }`);
  else topology.addProperty(agents.object, keyOf(name), value);
  return {
    edited: [topology],
    created: files,
    next: [
      `write what it does in ${join(basename(modules.agents), name, 'agent.ts')}, and its test`,
      ...inProcessHint(project, 'agents', variable(name)),
    ],
  };
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

const testText = (name: string, types: readonly string[]) => `import { ${variable(name)} } from './agent.js';

test('${name} has a handler for each type that it hears', () => {
  expect([...${variable(name)}.handlers.keys()].sort()).toEqual([${[...types]
    .sort()
    .map((type) => `'${type}'`)
    .join(', ')}]);
});
`;
