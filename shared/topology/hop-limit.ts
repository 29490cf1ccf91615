import { isSystemChannel } from '../message/system-messages.js';
import type { TopologyModel } from './model.js';

/**
 * Hops that a message may have, by its channel. The system's own may have two more: a command that is refused at the limit
 * still lets whoever made it hear so, one hop further, and what they then publish is refused for good, so that it ends.
 */
export function hopLimitOf(model: TopologyModel, channel: string): number {
  return isSystemChannel(channel) ? model.hopLimit + 2 : model.hopLimit;
}
