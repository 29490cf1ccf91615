import { isDeepStrictEqual } from 'node:util';
import type { StoredModel } from './stored-model.js';

/** Most differences that are named; further ones are counted. */
const MOST_NAMED = 6;

/**
 * Differences of a checkout's topology from the deployed one, in words: `agent x only here`, `type Y 2 here, 1 there`.
 * Workflows and versions of the framework are not looked at: knowing the checkout's takes a synth.
 */
export function compareModels(local: StoredModel, deployed: StoredModel): string[] {
  const here = plain(local);
  const there = plain(deployed);
  const named = (['agents', 'channels', 'clients', 'ingress'] as const).flatMap((part) =>
    eachName(here.topology[part], there.topology[part]).map(([name, where]) => `${words[part]} ${name} ${where}`),
  );
  const versions = eachName(here.topology.types, there.topology.types).map(([name, where]) => {
    const [own, other] = [here.topology.types[name]?.version, there.topology.types[name]?.version];
    const differ = own !== undefined && other !== undefined && own !== other;
    return `type ${name} ${differ ? `has version ${own} here, ${other} there` : where}`;
  });
  const listed = new Set(versions.map((line) => line.split(' ')[1]));
  const schemas = eachName(here.types, there.types).flatMap(([name]) =>
    listed.has(name) ? [] : [`schema of ${name} differs`],
  );
  const limits = (['hopLimit', 'cycleLimit', 'conversationBudget'] as const).flatMap((limit) => {
    const [own, other] = [here.topology[limit], there.topology[limit]];
    return own === other ? [] : [`${limit} is ${own} here, ${other} there`];
  });
  const all = [...named, ...versions, ...schemas, ...limits];
  return all.length <= MOST_NAMED ? all : [...all.slice(0, MOST_NAMED), `${all.length - MOST_NAMED} more`];
}

const words = { agents: 'agent', channels: 'channel', clients: 'client', ingress: 'ingress' } as const;

/** A copy as JSON carries it, without undefined fields. */
function plain(model: StoredModel): StoredModel {
  return JSON.parse(JSON.stringify(model)) as StoredModel;
}

function eachName(
  here: Readonly<Record<string, unknown>>,
  there: Readonly<Record<string, unknown>>,
): [name: string, where: string][] {
  const names = [...new Set([...Object.keys(here), ...Object.keys(there)])].sort();
  return names.flatMap((name): [string, string][] => {
    if (!Object.hasOwn(there, name)) return [[name, 'only here']];
    if (!Object.hasOwn(here, name)) return [[name, 'only there']];
    return isDeepStrictEqual(here[name], there[name]) ? [] : [[name, 'differs']];
  });
}
