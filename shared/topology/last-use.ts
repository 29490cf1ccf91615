import { timeOf } from '../domain/base/iso-time.js';
import type { Envelope } from '../domain/wire/envelope.js';
import type { TopologyModel } from './model.js';

/**
 * Instant from which a message is not handled any more, milliseconds since 1970: its expiry, and for a command its
 * deadline if that is earlier. The requester has been told by then that it timed out.
 * @param expires its expiry, where that has been read
 */
export function lastUse(envelope: Envelope, model: TopologyModel, expires = timeOf(envelope.expires)): number {
  if (envelope.deadline === undefined || model.types[envelope.type]?.kind !== 'command') return expires;
  return Math.min(expires, timeOf(envelope.deadline));
}
