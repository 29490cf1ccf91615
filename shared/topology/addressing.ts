import { LanewayError, unknownName } from '../domain/base/errors.js';
import type { RequiredCapabilities } from '../domain/selection/selection.js';
import type { ChannelModel, TopologyModel } from './model.js';

/** Agents with a capability or a role in common. */
export type AgentGroup = { readonly capability: string } | { readonly role: string };

/** Agents that have all capabilities of a list, or any of it. */
export type CapableAgents<Capability extends string = string> =
  { readonly capabilities: readonly Capability[] } | { readonly any: readonly Capability[] };

/**
 * Each agent of several, with a message of its own: all subscribers of the channel, those of a list of ids, or those that fit. A
 * command so becomes one request for each of them.
 */
export interface EachAgent<Capability extends string = string> {
  /** Agents that each get the message. */
  readonly all: true | readonly string[] | AgentGroup | CapableAgents<Capability>;
}

/**
 * Agents that a message is for, in place of the channel's own choice: one by its id, or those with a capability, with all
 * capabilities of a list, with any of it, or with a role. For an event also `'everyone'`, all subscribers. With `all` every one of
 * them, each by a message of its own.
 */
export type Addressee<Capability extends string = string> =
  string | AgentGroup | CapableAgents<Capability> | EachAgent<Capability>;

/** True for an addressee that means each of several agents. */
export function isEach(to: unknown): to is EachAgent {
  return typeof to === 'object' && to !== null && 'all' in to;
}

/** True when an addressee names the agent `id`, by its id, its capabilities or its role. */
export function isMeant(agents: TopologyModel['agents'], id: string, to: Addressee): boolean {
  if (typeof to === 'string') return id === to;
  const agent = agents[id];
  if (!agent) return false;
  if (isEach(to)) return to.all === true || (isList(to.all) ? to.all.includes(id) : isMeant(agents, id, to.all));
  const has = (name: string): boolean => agent.capabilities.includes(name);
  if ('capability' in to) return has(to.capability);
  if ('capabilities' in to) return to.capabilities.every(has);
  return 'any' in to ? to.any.some(has) : agent.role === to.role;
}

/**
 * Capabilities that an addressee requires; undefined for one that names an agent or a role.
 * @throws LanewayError UNKNOWN_CAPABILITY for one that no agent of the topology has, INVALID_OPTION for an empty list
 */
export function requiredBy(model: TopologyModel, to: Addressee | undefined): RequiredCapabilities | undefined {
  if (to === undefined || typeof to === 'string') return undefined;
  if (isEach(to)) return to.all === true || isList(to.all) ? undefined : requiredBy(model, to.all);
  if ('capability' in to) return { all: [to.capability] };
  const required = 'capabilities' in to ? { all: to.capabilities } : 'any' in to ? { any: to.any } : undefined;
  const names = required && ('all' in required ? required.all : required.any);
  if (names === undefined) return undefined;
  if (names.length === 0)
    throw new LanewayError('INVALID_OPTION', `a message is addressed to ${JSON.stringify(to)}`, {
      help: ['allowed: one capability or more; leave `to` out where any subscriber may have it'],
    });
  const known = new Set(Object.values(model.agents).flatMap(({ capabilities }) => capabilities));
  for (const name of names)
    if (!known.has(name))
      throw unknownName('UNKNOWN_CAPABILITY', `no agent has the capability '${name}'`, name, [...known], model.name);
  return required;
}

function isList(all: EachAgent['all']): all is readonly string[] {
  return Array.isArray(all);
}

/**
 * The channels that carry a type, and `only`, the one that a publisher gets that names none: the single carrier, or the
 * one marked `default`.
 */
export function carriersOf(
  model: TopologyModel,
  type: string,
): { readonly carriers: readonly ChannelModel[]; readonly only?: ChannelModel } {
  const carriers = Object.values(model.channels).filter((channel) => channel.carries.includes(type));
  const [only] = carriers.length === 1 ? carriers : carriers.filter((channel) => channel.default);
  return only === undefined ? { carriers } : { carriers, only };
}
