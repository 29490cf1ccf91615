import { LanewayError, unknownName } from '../../domain/base/errors.js';
import type { CapabilitySpec, DeclaredCapabilities } from './selection-spec.js';

/** Capabilities of an agent as its model has them. */
export interface AgentCapabilities {
  readonly capabilities: readonly string[];
  /** Proficiency by capability; absent when the agent declares none. */
  readonly proficiency?: Readonly<Record<string, number>>;
}

/**
 * The capabilities of an agent, checked against those of the topology where it declares some.
 * @throws LanewayError UNKNOWN_CAPABILITY, INVALID_TOPOLOGY for a proficiency out of range
 */
export function capabilitiesOf(
  declared: DeclaredCapabilities | undefined,
  known: Readonly<Record<string, CapabilitySpec>> | undefined,
  agent: { readonly id: string; readonly topology: string },
): AgentCapabilities {
  const isList = (given: DeclaredCapabilities): given is readonly string[] => Array.isArray(given);
  const given = declared ?? [];
  const capabilities = isList(given) ? [...new Set(given)] : Object.keys(given);
  const where = `${agent.topology}, agents.${agent.id}.capabilities`;
  for (const name of capabilities)
    if (known && !Object.hasOwn(known, name))
      throw unknownName(
        'UNKNOWN_CAPABILITY',
        `agent '${agent.id}' has the capability '${name}', which the topology does not declare`,
        name,
        Object.keys(known),
        where,
      );
  if (isList(given)) return { capabilities };
  const proficiency: Record<string, number> = {};
  for (const name of capabilities) {
    const value = given[name];
    if (typeof value !== 'number' || !(value > 0 && value <= 1))
      throw new LanewayError('INVALID_TOPOLOGY', `the proficiency of agent '${agent.id}' in '${name}' is ${value}`, {
        help: [`allowed: above 0 and up to 1; leave out what the agent cannot do   (${where})`],
      });
    proficiency[name] = value;
  }
  return { capabilities, proficiency };
}

/**
 * Descriptions of the declared capabilities by name; none where the topology declares none.
 * @throws LanewayError INVALID_TOPOLOGY for one that no agent has, or without a description
 */
export function describedCapabilities(
  declared: Readonly<Record<string, CapabilitySpec>> | undefined,
  agents: Iterable<Pick<AgentCapabilities, 'capabilities'>>,
  topology: string,
): Readonly<Record<string, string>> | undefined {
  if (declared === undefined) return undefined;
  const owned = new Set([...agents].flatMap(({ capabilities }) => capabilities));
  const descriptions = Object.entries(declared).map(([name, { description }]) => {
    const where = `${topology}, capabilities['${name}']`;
    if (!owned.has(name))
      throw new LanewayError('INVALID_TOPOLOGY', `no agent has the capability '${name}'`, {
        help: [`give it to an agent, or leave it out: what is asked for by it would find nobody   (${where})`],
      });
    if (typeof description !== 'string' || description.trim() === '')
      throw new LanewayError('INVALID_TOPOLOGY', `the capability '${name}' has no description`, {
        help: [`say what an agent with it can do: tasks in free text are matched by it   (${where})`],
      });
    return [name, description] as const;
  });
  return Object.fromEntries(descriptions);
}
