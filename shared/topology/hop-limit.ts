import { isSystemChannel } from '../message/system-messages.js';
import type { TopologyModel } from './model.js';

/**
 * Number of hops from which a message is refused, by its channel. Channels of the framework have two more. A command
 * that is refused at the limit then still lets its sender know, one hop further. A message that the sender publishes
 * upon that is refused for good, so that the chain ends.
 */
export function hopLimitOf(model: TopologyModel, channel: string): number {
  return isSystemChannel(channel) ? model.hopLimit + 2 : model.hopLimit;
}
