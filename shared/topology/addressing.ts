import type { ChannelModel, TopologyModel } from './model.js';

/** Which agents a message is for, besides the channel's own choice. */
export type Addressee = string | { readonly capability: string } | { readonly role: string };

/** Whether an agent is meant by an addressee. */
export function isMeant(agents: TopologyModel['agents'], id: string, to: Addressee): boolean {
  if (typeof to === 'string') return id === to;
  const agent = agents[id];
  return 'capability' in to ? (agent?.capabilities.includes(to.capability) ?? false) : agent?.role === to.role;
}

/** The channels that carry a type, and the one that is taken when its publisher names none. */
export function carriersOf(
  model: TopologyModel,
  type: string,
): { readonly carriers: readonly ChannelModel[]; readonly only?: ChannelModel } {
  const carriers = Object.values(model.channels).filter((channel) => channel.carries.includes(type));
  const [only] = carriers.length === 1 ? carriers : carriers.filter((channel) => channel.default);
  return only === undefined ? { carriers } : { carriers, only };
}
