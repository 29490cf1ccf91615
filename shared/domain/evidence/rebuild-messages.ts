import type { LedgerEntry } from './conversation.js';
import { envelopeOf, type DeliveryKey } from '../delivery/delivery.js';
import { originOf } from '../wire/writers.js';
import { sourceOf, type Envelope } from '../wire/envelope.js';
import { behindHandling } from '../delivery/lineage.js';

/** A message of a conversation as it was sent, and the agents that were to receive it. */
export interface RebuiltMessage {
  readonly envelope: Envelope;
  readonly expected: readonly string[];
}

/**
 * Rebuilds the messages of a conversation, by {@link messageKey}, as they were sent. Messages published outside any handling come from
 * their intents; those of handlers come from the outcomes that hold them, from parent to child. A reply that was put
 * off stands in the conversation in which its handler ran, which may be another one than its own.
 *
 * @param application name of the topology, which is part of the source of messages that agents published
 */
export function rebuildMessages(entries: readonly LedgerEntry[], application: string): Map<string, RebuiltMessage> {
  const messages = new Map<string, RebuiltMessage>();
  for (const entry of entries) if (entry.kind === 'message') messages.set(keyOf(entry.intent.envelope), entry.intent);
  let left = entries.flatMap((entry) =>
    entry.kind === 'delivery' && entry.delivery.emissions.length > 0 ? [entry.delivery] : [],
  );
  for (let before = -1; left.length !== before;) {
    before = left.length;
    left = left.filter(({ receiver, emissions, ...handled }) => {
      const parent = messages.get(messageKey(handled))?.envelope;
      if (!parent) return true;
      const source = sourceOf(application, 'agent', receiver);
      const lineage = behindHandling(parent, receiver);
      for (const emission of emissions) {
        const envelope = envelopeOf(emission, lineage, source);
        if (!messages.has(keyOf(envelope))) messages.set(keyOf(envelope), { envelope, expected: emission.expected });
      }
      return false;
    });
  }
  return messages;
}

/** Text that tells a message of a conversation from all others: its id is its sender's choice. */
export function messageKey({ messageId, origin }: Pick<DeliveryKey, 'messageId' | 'origin'>): string {
  return `${messageId} ${origin}`;
}

function keyOf(envelope: Envelope): string {
  return messageKey({ messageId: envelope.id, origin: originOf(envelope) });
}
