import type { TopologyModel } from './model.js';

/** Names of the types that answer a command which somebody in the topology can handle. */
export function repliesOf(model: TopologyModel): string[] {
  const replies = Object.values(model.channels)
    .flatMap((channel) => channel.carries)
    .flatMap((name) => model.types[name]?.reply ?? []);
  return [...new Set(replies)].sort();
}

/** True when one of `types` is a command that names a reply. */
export function expectsReplies(model: TopologyModel, types: readonly string[]): boolean {
  return types.some((name) => model.types[name]?.reply !== undefined);
}
