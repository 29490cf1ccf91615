import type { LedgerEntry } from './conversation.js';
import { envelopeOf } from '../delivery/delivery.js';
import { sourceOf, type Envelope } from '../wire/envelope.js';
import { behindHandling } from '../delivery/lineage.js';

/** A message of a conversation as it was sent, and the agents that were to receive it. */
export interface RebuiltMessage {
  readonly envelope: Envelope;
  readonly expected: readonly string[];
}

/**
 * Rebuilds the messages of a conversation, by id, as they were sent. Messages published outside any handling come from
 * their intents; those of handlers come from the outcomes that hold them, from parent to child. A reply that was put
 * off stands in the conversation in which its handler ran, which may be another one than its own.
 *
 * @param application name of the topology, which is part of the source of messages that agents published
 */
export function rebuildMessages(entries: readonly LedgerEntry[], application: string): Map<string, RebuiltMessage> {
  const messages = new Map<string, RebuiltMessage>();
  for (const entry of entries) if (entry.kind === 'message') messages.set(entry.intent.envelope.id, entry.intent);
  let left = entries.flatMap((entry) =>
    entry.kind === 'delivery' && entry.delivery.emissions.length > 0 ? [entry.delivery] : [],
  );
  for (let before = -1; left.length !== before;) {
    before = left.length;
    left = left.filter(({ messageId, receiver, emissions }) => {
      const parent = messages.get(messageId)?.envelope;
      if (!parent) return true;
      const source = sourceOf(application, 'agent', receiver);
      const lineage = behindHandling(parent, receiver);
      for (const emission of emissions) {
        if (messages.has(emission.id)) continue;
        messages.set(emission.id, {
          envelope: envelopeOf(emission, lineage, source),
          expected: emission.expected,
        });
      }
      return false;
    });
  }
  return messages;
}
