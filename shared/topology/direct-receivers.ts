import { looksAtStandings } from '../domain/selection/selection.js';
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

/** Subscribers among whom the agent or client chooses by their standings, whose lanes it therefore counts. */
export function watchedReceivers(
  topology: TopologyModel,
  publisher: { readonly publishes: readonly string[] },
): string[] {
  const receivers = Object.values(topology.channels)
    .filter(({ selection }) => selection !== undefined && looksAtStandings(selection.by))
    .filter(({ carries }) =>
      carries.some((type) => topology.types[type]?.kind === 'command' && publisher.publishes.includes(type)),
    )
    .flatMap((channel) => channel.subscribers);
  return [...new Set(receivers)];
}
