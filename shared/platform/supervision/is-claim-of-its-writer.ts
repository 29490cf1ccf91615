import { ApprovalDecided } from '../../message/system-messages.js';
import type { Intent } from '../../domain/delivery/delivery.js';
import { parseSource } from '../../domain/wire/envelope.js';
import { APPROVAL_WRITER, writerOfSource } from '../../domain/wire/writers.js';
import { FURTHEST_AHEAD_MS } from '../../publishing/check-attributes.js';
import type { TopologyModel } from '../../topology/model.js';

/**
 * True for an intent that the sweeper may act upon: of the application's clients, ingresses and platform, whose source is that of its
 * key, and with an expiry that publishing would have allowed. Agents record what they publish in their deliveries, and the
 * page that anybody may call publishes decisions alone. What else stands there is not sent: the sweeper may publish what its writer
 * may not. Receivers hold clients and ingresses to their types.
 */
export function isClaimOfItsWriter({ envelope }: Intent, { name }: Pick<TopologyModel, 'name'>, now: number): boolean {
  const { expires, source, type } = envelope;
  const by = parseSource(source);
  if (by?.app !== name || by.kind === 'agent') return false;
  if (!(Date.parse(expires) <= now + FURTHEST_AHEAD_MS)) return false;
  return writerOfSource(source) !== APPROVAL_WRITER || type === ApprovalDecided.name;
}

/**
 * An intent with those receivers alone that its message can have: whom it names, or who subscribes to its channel, and of them
 * those whom its publisher expects. The list of a client or an ingress is its word, and nobody else gets a dead letter by it.
 * Receivers that the platform expects stay, also agents that the application has no more.
 */
export function withPossibleReceivers<Given extends Intent>(intent: Given, model: TopologyModel): Given {
  const { envelope, expected } = intent;
  if (parseSource(envelope.source)?.kind === 'platform') return intent;
  const subscribers = model.channels[envelope.channel]?.subscribers ?? [];
  const { receiver } = envelope;
  const possible = receiver === undefined ? subscribers : subscribers.filter((agent) => agent === receiver);
  const left = possible.filter((agent) => expected.includes(agent));
  return left.length === expected.length ? intent : { ...intent, expected: left };
}
