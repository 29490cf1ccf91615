import type { ChannelModel, TopologyModel } from './model.js';

/**
 * Agents that a message is for, in place of the channel's own choice: one by its id, or those with a capability or a
 * role. For an event also `'everyone'`, all subscribers.
 */
export type Addressee = string | { readonly capability: string } | { readonly role: string };

/** True when an addressee names the agent `id`, by its id, a capability or its role. */
export function isMeant(agents: TopologyModel['agents'], id: string, to: Addressee): boolean {
  if (typeof to === 'string') return id === to;
  const agent = agents[id];
  return 'capability' in to ? (agent?.capabilities.includes(to.capability) ?? false) : agent?.role === to.role;
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
