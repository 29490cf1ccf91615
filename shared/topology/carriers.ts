import type { ChannelModel } from './model.js';

/** Channels by the names of the types they carry, in the order of `channels`: one look at each channel, for many types. */
export function carriersByType(channels: Iterable<ChannelModel>): ReadonlyMap<string, readonly ChannelModel[]> {
  const found = new Map<string, ChannelModel[]>();
  for (const channel of channels) {
    for (const type of new Set(channel.carries)) {
      const carriers = found.get(type);
      if (carriers) carriers.push(channel);
      else found.set(type, [channel]);
    }
  }
  return found;
}
