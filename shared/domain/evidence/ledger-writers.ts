import { APPROVAL_WRITER, PLATFORM_WRITER, writerOfReceiver, writerOfSource } from '../wire/writers.js';
import { entryId, type LedgerEntry } from './conversation.js';

/** The one writer that may write an entry; undefined for a message of a source that is none of Laneway's. */
export function writerOf(entry: LedgerEntry): string | undefined {
  if (entry.kind === 'message') return writerOfSource(entry.intent.envelope.source);
  if (entry.kind === 'delivery') return writerOfReceiver(entry.delivery.receiver);
  return entry.kind === 'operator' && entry.operator.decision !== undefined ? APPROVAL_WRITER : PLATFORM_WRITER;
}

/** An id that no other entry of its conversation has, whatever ids other writers choose. */
export function writtenId(entry: LedgerEntry): string {
  return `${writerOf(entry)}#${entryId(entry)}`;
}

/** Conversation that an entry says it is of. */
export function conversationOf(entry: LedgerEntry): string {
  switch (entry.kind) {
    case 'message':
      return entry.intent.envelope.correlationid;
    case 'delivery':
      return entry.delivery.correlationId;
    case 'dead-letter':
      return entry.deadLetter.correlationId;
    case 'operator':
      return entry.operator.correlationId;
    case 'escalation':
      return entry.escalation.correlationId;
    case 'request':
      return entry.request.correlationId;
  }
}

/** Parts of a topology's model that name who writes. */
export interface NamedWriters {
  readonly agents: Readonly<Record<string, unknown>>;
  readonly clients: Readonly<Record<string, unknown>>;
  readonly ingress: Readonly<Record<string, unknown>>;
}

/** Every writer of an application's ledger. */
export function ledgerWriters({ agents, clients, ingress }: NamedWriters): string[] {
  return [
    PLATFORM_WRITER,
    APPROVAL_WRITER,
    ...Object.keys(agents).map(writerOfReceiver),
    ...Object.keys(clients).map((client) => `client.${client}`),
    ...Object.keys(ingress).map((one) => `ingress.${one}`),
  ];
}

/** Agents that entries name as receivers: of intended messages, and of what handlers emitted. */
export function namedReceivers(entries: readonly LedgerEntry[]): string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'message') return entry.intent.expected;
    return entry.kind === 'delivery' ? entry.delivery.emissions.flatMap(({ expected }) => expected) : [];
  });
}
