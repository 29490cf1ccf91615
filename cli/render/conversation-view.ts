import { messageKey } from '../../shared/domain/evidence/rebuild-messages.js';
import { originBy, originOf, writerOfReceiver } from '../../shared/domain/wire/writers.js';
import { visibleLine } from '../../shared/domain/base/visible-text.js';
import { defined } from '../../shared/domain/base/defined.js';
import { account, type Account, type LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import type { DeadLetterEntry } from '../../shared/domain/delivery/dead-letter.js';
import type { DeliveryRecord } from '../../shared/domain/delivery/delivery.js';
import { parseSource } from '../../shared/domain/wire/envelope.js';
import type { EscalationEntry, RequestEntry } from '../../shared/domain/evidence/ledger-writer.js';
import type { OperatorEntry } from '../../shared/domain/evidence/dead-letter-book.js';
import type { Priority } from '../../shared/domain/base/priority.js';

/** A message of a conversation with the outcomes of its deliveries. Times are ISO 8601. */
export interface MessageView {
  readonly id: string;
  readonly type: string;
  readonly channel: string;
  readonly priority: Priority;
  /** Name of the agent, client, ingress or platform function that published it. */
  readonly publisher: string;
  readonly publisherKind: string;
  readonly time: string;
  readonly attempt: number;
  readonly causationId?: string;
  readonly requestId?: string;
  /** Receivers as listed when it was published, then unlisted ones that received it. */
  readonly deliveries: DeliveryView[];
  /** Messages that name it as their cause but were not emitted in one of its deliveries (workflow steps, replies). */
  readonly led: MessageView[];
}

/** One message at one receiver. */
export interface DeliveryView {
  readonly receiver: string;
  /** Record of the delivery in the ledger. Undefined while no receiver has taken it. */
  record?: DeliveryRecord;
  deadLetter?: DeadLetterEntry;
  readonly emitted: MessageView[];
}

/** A conversation as it is drawn. */
export interface ConversationView {
  readonly correlationId: string;
  /** Messages that nothing in the conversation led to. */
  readonly roots: readonly MessageView[];
  /** By the time they were published. */
  readonly messages: readonly MessageView[];
  readonly requests: readonly RequestEntry[];
  /** Rungs that its requests came to, by time. */
  readonly escalations: readonly EscalationEntry[];
  /** Acts of operators on its dead letters and requests, by time. */
  readonly operators: readonly OperatorEntry[];
  /** Dead letters of messages that could not be read. */
  readonly unread: readonly DeadLetterEntry[];
  readonly account: Account;
  readonly began: string;
  /** Milliseconds from the first to the last event. */
  readonly lasted: number;
}

/**
 * Puts the ledger entries of one conversation together; the order of the entries does not matter. Every text of the view
 * stands on one line, and of a payload there is nothing.
 */
export function viewConversation(entries: readonly LedgerEntry[]): ConversationView {
  return drawable(assemble(entries)) as ConversationView;
}

/** The same value with its texts made visible; what is shared or circular in it stays so. */
function drawable(value: unknown, name = '', done = new Map<object, unknown>()): unknown {
  // The lines after the first of an error are help or a stack, for which a drawing has no room.
  if (typeof value === 'string') return visibleLine(name === 'message' ? (value.split('\n')[0] ?? '') : value);
  if (typeof value !== 'object' || value === null) return value;
  const known = done.get(value);
  if (known !== undefined) return known;
  const copy: object = Array.isArray(value) ? [] : {};
  done.set(value, copy);
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'data') continue;
    // Defined, not assigned: a stored `__proto__` stays a field.
    const own = { value: drawable(inner, key, done), enumerable: true, writable: true, configurable: true };
    Object.defineProperty(copy, key, own);
  }
  return copy;
}

function assemble(entries: readonly LedgerEntry[]): ConversationView {
  const known = collectMessages(entries);
  const unread: DeadLetterEntry[] = [];
  const requests: RequestEntry[] = [];
  const operators: OperatorEntry[] = [];
  const escalations: EscalationEntry[] = [];
  for (const entry of entries) {
    if (entry.kind === 'delivery')
      deliveryOf(known.get(messageKey(entry.delivery)), entry.delivery.receiver).record = entry.delivery;
    if (entry.kind === 'request') requests.push(entry.request);
    if (entry.kind === 'escalation') escalations.push(entry.escalation);
    if (entry.kind === 'operator') operators.push(entry.operator);
    if (entry.kind !== 'dead-letter') continue;
    const { messageId, facts } = entry.deadLetter;
    const isRead = messageId !== undefined && facts !== undefined;
    const message = isRead ? known.get(messageKey({ messageId, origin: originOf(facts) })) : undefined;
    if (message === undefined) unread.push(entry.deadLetter);
    else deliveryOf(message, entry.deadLetter.receiver).deadLetter = entry.deadLetter;
  }
  const messages = [...known.values()].sort((a, b) => compare(a.time, b.time) || compare(a.id, b.id));
  const roots = attach(messages, known, entries);
  const times = entries.flatMap(timesOf).sort();
  const began = times[0] ?? '';
  return {
    correlationId: correlationOf(entries),
    roots,
    messages,
    requests: requests.sort((a, b) => compare(a.at, b.at)),
    escalations: escalations.sort((a, b) => compare(a.at, b.at) || a.step - b.step),
    operators: operators.sort((a, b) => compare(a.at, b.at)),
    unread,
    account: account(entries),
    began,
    lasted: Date.parse(times.at(-1) ?? began) - Date.parse(began) || 0,
  };
}

/** Messages by {@link messageKey}: two publishers may have chosen one id. */
type Known = Map<string, MessageView>;

/** Facts of every message, each from its best source: its intent, else the emission that made it, else a delivery. */
function collectMessages(entries: readonly LedgerEntry[]): Known {
  const known: Known = new Map();
  const add = (
    origin: string,
    facts: Omit<MessageView, 'deliveries' | 'led' | 'publisherKind'> & { publisherKind?: string },
    expected: readonly string[],
  ) => {
    const key = messageKey({ messageId: facts.id, origin });
    if (known.has(key)) return;
    const deliveries = expected.map((receiver): DeliveryView => ({ receiver, emitted: [] }));
    known.set(key, { publisherKind: 'agent', ...facts, deliveries, led: [] });
  };
  for (const entry of entries) {
    if (entry.kind !== 'message') continue;
    const { envelope, expected } = entry.intent;
    add(
      originOf(envelope),
      {
        ...{ id: envelope.id, type: envelope.type, channel: envelope.channel, priority: envelope.priority },
        ...publisherOf(envelope.source),
        ...{ time: envelope.time, attempt: envelope.attempt },
        ...defined({ causationId: envelope.causationid, requestId: envelope.requestid }),
      },
      expected,
    );
  }
  for (const entry of entries) {
    if (entry.kind !== 'delivery') continue;
    for (const emission of entry.delivery.emissions) {
      const { id, type, channel, priority, time, requestid } = emission;
      const facts = { id, type, channel, priority, time, attempt: emission.attempt ?? 1 };
      const request = requestid === undefined ? {} : { requestId: requestid };
      const cause = { publisher: entry.delivery.receiver, causationId: entry.delivery.messageId };
      const origin = originBy(writerOfReceiver(entry.delivery.receiver), channel);
      add(origin, { ...facts, ...cause, ...request }, emission.expected);
    }
  }
  for (const entry of entries) {
    if (entry.kind !== 'delivery') continue;
    const { messageId, origin, facts } = entry.delivery;
    const { source, expires: _expires, hops: _hops, ...rest } = facts;
    add(origin, { id: messageId, ...rest, ...publisherOf(source) }, []);
  }
  return known;
}

function publisherOf(source: string): { publisher: string; publisherKind: string } {
  const parsed = parseSource(source);
  return parsed === undefined
    ? { publisher: source, publisherKind: 'foreign' }
    : { publisher: parsed.name, publisherKind: parsed.kind };
}

/** The delivery at a receiver, added when no intent or emission listed it. */
function deliveryOf(message: MessageView | undefined, receiver: string): DeliveryView {
  const found = message?.deliveries.find((delivery) => delivery.receiver === receiver);
  if (found !== undefined) return found;
  const added: DeliveryView = { receiver, emitted: [] };
  message?.deliveries.push(added);
  return added;
}

/** Hangs every message under the delivery that emitted it, else under the message that it names as its cause, and returns the rest. */
function attach(messages: readonly MessageView[], known: Known, entries: readonly LedgerEntry[]): MessageView[] {
  const emittedIn = new Map<MessageView, DeliveryRecord>();
  for (const entry of entries) {
    if (entry.kind !== 'delivery') continue;
    for (const { id, channel } of entry.delivery.emissions) {
      const origin = originBy(writerOfReceiver(entry.delivery.receiver), channel);
      const message = known.get(messageKey({ messageId: id, origin }));
      if (message) emittedIn.set(message, entry.delivery);
    }
  }
  // A cause is named by its id alone.
  const named = new Map(messages.map((message) => [message.id, message]));
  const parentOf = (message: MessageView): MessageView | undefined => {
    const handled = emittedIn.get(message);
    return handled ? known.get(messageKey(handled)) : named.get(message.causationId ?? '');
  };
  // Only a forged causation id makes a circle; its members are shown as roots rather than not at all.
  const circular = (message: MessageView): boolean => {
    const seen = new Set<MessageView>();
    for (let current: MessageView | undefined = message; current !== undefined; current = parentOf(current)) {
      if (seen.has(current)) return true;
      seen.add(current);
    }
    return false;
  };
  return messages.filter((message) => {
    const parent = parentOf(message);
    if (parent === undefined || circular(message)) return true;
    const receiver = emittedIn.get(message)?.receiver ?? message.publisher;
    const delivery = parent.deliveries.find((one) => one.receiver === receiver);
    (delivery?.emitted ?? parent.led).push(message);
    return false;
  });
}

function timesOf(entry: LedgerEntry): string[] {
  if (entry.kind !== 'delivery') return [entry.at];
  const { facts, firstReceived, updated } = entry.delivery;
  return [facts.time, firstReceived, updated];
}

function correlationOf(entries: readonly LedgerEntry[]): string {
  const [first] = entries;
  switch (first?.kind) {
    case 'message':
      return first.intent.envelope.correlationid;
    case 'delivery':
      return first.delivery.correlationId;
    case 'dead-letter':
      return first.deadLetter.correlationId;
    case 'request':
      return first.request.correlationId;
    case 'escalation':
      return first.escalation.correlationId;
    case 'operator':
      return first.operator.correlationId;
    case undefined:
      return '';
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
