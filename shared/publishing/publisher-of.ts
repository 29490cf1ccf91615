import { defined } from '../domain/base/defined.js';
import type { Ports } from '../domain/ports.js';
import type { Topology } from '../topology/topology.js';
import type { Publishing } from './publish-message.js';
import type { Senders } from './send-messages.js';

/**
 * A publisher outside any handling, over its ports.
 * @param as kind and name of the publisher; they stand in the source of what it publishes
 */
export function publisherOf(
  topology: Topology,
  as: Pick<Publishing, 'kind' | 'name'>,
  ports: Pick<Ports, 'clock' | 'intents' | 'payloads'> & Partial<Pick<Ports, 'choices'>> & Senders,
): Publishing {
  const { clock, intents, payloads, choices } = ports;
  return { ...as, topology, clock, intents, payloads, ...defined({ choices }), senders: ports };
}
