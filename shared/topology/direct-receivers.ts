import type { TopologyModel } from './model.js';

/** Subscribers of the direct channels that carry what the agent or client may publish. */
export function directReceivers(
  topology: TopologyModel,
  publisher: { readonly publishes: readonly string[] },
): string[] {
  const receivers = Object.values(topology.channels)
    .filter((channel) => channel.qos.delivery === 'direct')
    .filter((channel) => channel.carries.some((type) => publisher.publishes.includes(type)))
    .flatMap((channel) => channel.subscribers);
  return [...new Set(receivers)];
}
