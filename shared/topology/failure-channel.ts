import type { Envelope } from '../domain/envelope.js';
import type { SystemChannelName } from '../message/system-messages.js';
import type { TopologyModel } from './model.js';

/**
 * The channel on which `RequestFailed` of a command is told: `system.attempts` where a ladder decides what follows, else
 * `system.timeouts`, as it ends the request.
 */
export function failureChannel(
  model: TopologyModel,
  { channel, attempt }: Pick<Envelope, 'channel' | 'attempt'>,
): SystemChannelName {
  // Only a ladder makes further attempts, also on channels that have none themselves.
  const escalates = attempt > 1 || model.channels[channel]?.escalation !== undefined;
  return escalates ? 'system.attempts' : 'system.timeouts';
}
