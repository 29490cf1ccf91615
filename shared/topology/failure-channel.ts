import type { Envelope } from '../domain/wire/envelope.js';
import type { SystemChannelName } from '../message/system-messages.js';
import type { TopologyModel } from './model.js';

/**
 * The channel on which `RequestFailed` of a command is published. It is `system.attempts` where a ladder, the channel's
 * or the request's own, decides what follows; else it is `system.timeouts`, as the failure ends the request.
 */
export function failureChannel(
  model: TopologyModel,
  { channel, attempt, escalates }: Pick<Envelope, 'channel' | 'attempt' | 'escalates'>,
): SystemChannelName {
  // Only a ladder makes further attempts, also on channels that have none themselves.
  const follows = escalates === true || attempt > 1 || model.channels[channel]?.escalation !== undefined;
  return follows ? 'system.attempts' : 'system.timeouts';
}
