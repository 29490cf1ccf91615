import type { LedgerEntry } from '../../../../shared/domain/evidence/conversation.js';
import { type Envelope, parseSource } from '../../../../shared/domain/wire/envelope.js';

/** A message as the ledger tells of it, whoever published it. */
export interface SeenMessage extends Pick<
  Envelope,
  'id' | 'type' | 'channel' | 'priority' | 'time' | 'data' | 'attempt'
> {
  readonly from: string;
  readonly to: readonly string[];
  readonly cause?: string;
  readonly requestId?: string;
  readonly subject?: string;
  readonly byReference: boolean;
}

/** Messages of a conversation, each once. */
export function messagesIn(entries: readonly LedgerEntry[]): SeenMessage[] {
  const found = new Map<string, SeenMessage>();
  for (const entry of entries) {
    if (entry.kind === 'message') {
      const { envelope, expected } = entry.intent;
      const source = parseSource(envelope.source);
      const from = source ? `${source.kind}.${source.name}` : envelope.source;
      found.set(envelope.id, { ...partsOf(envelope), from, to: expected, ...causeOf(envelope.causationid) });
    }
    if (entry.kind !== 'delivery') continue;
    const { emissions, messageId, receiver } = entry.delivery;
    for (const emission of emissions) {
      const from = `agent.${receiver}`;
      found.set(emission.id, { ...partsOf(emission), from, to: emission.expected, ...causeOf(messageId) });
    }
  }
  return [...found.values()];
}

type Sent = Pick<Envelope, 'id' | 'type' | 'channel' | 'priority' | 'time'> & {
  readonly [Name in 'data' | 'attempt' | 'requestid' | 'subject' | 'dataref']?: Envelope[Name];
};

function partsOf({ id, type, channel, priority, time, data, attempt, requestid, subject, dataref }: Sent) {
  return {
    ...{ id, type, channel, priority, time, data, attempt: attempt ?? 1, byReference: dataref !== undefined },
    ...(requestid === undefined ? {} : { requestId: requestid }),
    ...(subject === undefined ? {} : { subject }),
  };
}

function causeOf(cause: string | undefined): { readonly cause?: string } {
  return cause === undefined ? {} : { cause };
}
