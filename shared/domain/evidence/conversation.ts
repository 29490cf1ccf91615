import type { DeadLetterEntry } from '../delivery/dead-letter.js';
import {
  isSettled,
  type DeliveryKey,
  type DeliveryRecord,
  type DeliveryState,
  type Intent,
} from '../delivery/delivery.js';
import { parseSource } from '../wire/envelope.js';
import { originBy, originOf, writerOfReceiver } from '../wire/writers.js';
import type { EscalationEntry, RequestEntry } from './ledger-writer.js';
import type { OperatorEntry } from './dead-letter-book.js';

/** One entry of a conversation in the ledger. `at` (ISO 8601) is the instant at which its subject began. */
export type LedgerEntry =
  | { readonly kind: 'message'; readonly at: string; readonly intent: Intent }
  | { readonly kind: 'delivery'; readonly at: string; readonly delivery: DeliveryRecord }
  | { readonly kind: 'dead-letter'; readonly at: string; readonly deadLetter: DeadLetterEntry }
  | { readonly kind: 'request'; readonly at: string; readonly request: RequestEntry }
  | { readonly kind: 'escalation'; readonly at: string; readonly escalation: EscalationEntry }
  | { readonly kind: 'operator'; readonly at: string; readonly operator: OperatorEntry };

/** Reads the ledger. */
export interface LedgerReader {
  /** All entries of a conversation in causal order; empty when the ledger knows no such conversation. */
  conversation(correlationId: string): Promise<readonly LedgerEntry[]>;
}

/**
 * Sorts entries in causal order: a message before its deliveries; a delivery before the messages that were emitted in
 * it and before its dead letter; the attempt that ended before its escalation, and that before the next attempt; the
 * command and the winning reply before the close of the request. Entries that no cause orders stand by time, then by
 * id, so that the order does not depend on the order of reading. Entries whose causes form a circle (which only a
 * forged causation id can bring about) are put in by time.
 */
export function orderCausally(entries: readonly LedgerEntry[]): LedgerEntry[] {
  const sorted = [...entries].sort(compareEntries);
  const causes = causesOf(sorted);
  const waits = sorted.map((entry) => (causes.get(entry) ?? []).length);
  const effects = new Map<LedgerEntry, number[]>();
  sorted.forEach((entry, index) => {
    for (const cause of causes.get(entry) ?? []) effects.set(cause, [...(effects.get(cause) ?? []), index]);
  });

  const placed = new Array<boolean>(sorted.length).fill(false);
  const ready = sorted.map((_, index) => index).filter((index) => waits[index] === 0);
  const ordered: LedgerEntry[] = [];
  let oldest = 0;
  while (ordered.length < sorted.length) {
    let next = ready.shift();
    if (next === undefined) {
      while (placed[oldest]) oldest++;
      next = oldest;
    }
    const entry = sorted[next];
    if (entry === undefined || placed[next]) continue;
    placed[next] = true;
    ordered.push(entry);
    for (const effect of effects.get(entry) ?? []) {
      const left = (waits[effect] ?? 0) - 1;
      waits[effect] = left;
      if (left === 0 && !placed[effect]) insertSorted(ready, effect);
    }
  }
  return ordered;
}

/** A delivery that a conversation should have: one message to one receiver. */
export interface Expected {
  /** Id of the message. */
  readonly messageId: string;
  /** Writer of its source, and its channel: `agent.billing/invoices`. */
  readonly origin: string;
  /** Agent that is to receive it. */
  readonly receiver: string;
  /** Name of the message type. */
  readonly type: string;
}

/** A delivery that has no outcome yet; `state` is `missing` when no receiver has taken it. */
export interface InFlight extends Expected {
  /** State of the delivery; `missing` when no receiver has taken it. */
  readonly state: Exclude<DeliveryState, 'completed' | 'expired' | 'dead-lettered'> | 'missing';
}

/** Count of a conversation's deliveries by their state. `expected = completed + expired + deadLettered + inFlight.length`. */
export interface Account {
  /** Deliveries that the conversation has in all. */
  readonly expected: number;
  /** Deliveries that were handled. */
  readonly completed: number;
  /** Deliveries that came too late, or whose request was taken back. */
  readonly expired: number;
  /** Deliveries that became dead letters and were not redriven since. */
  readonly deadLettered: number;
  /** Deliveries without an outcome. */
  readonly inFlight: readonly InFlight[];
  /** Deliveries in flight that no receiver has taken: on their way, or lost. */
  readonly missing: readonly Expected[];
  /** Dead-lettered deliveries whose dead letter is not in the ledger: not drained yet, or lost. */
  readonly withoutLetter: readonly Expected[];
  /** True when no delivery is in flight: the account is final unless somebody publishes into the conversation again. */
  readonly atRest: boolean;
}

/**
 * Accounts for a conversation from its ledger entries alone. Expected are the receivers that messages and emissions
 * list, and those that received a message without being listed (an agent that was added between publishing and
 * receiving).
 */
export function account(entries: readonly LedgerEntry[]): Account {
  const expected = new Map<string, Expected>();
  const expect = (messageId: string, origin: string, receiver: string, type: string): void => {
    const key = keyText({ messageId, origin, receiver });
    if (!expected.has(key)) expected.set(key, { messageId, origin, receiver, type });
  };
  const deliveries = new Map<string, DeliveryRecord>();
  const letters = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'message') {
      const { envelope } = entry.intent;
      for (const receiver of entry.intent.expected) expect(envelope.id, originOf(envelope), receiver, envelope.type);
    } else if (entry.kind === 'delivery') {
      const { delivery } = entry;
      deliveries.set(keyText(delivery), delivery);
      expect(delivery.messageId, delivery.origin, delivery.receiver, delivery.facts.type);
      for (const emission of delivery.emissions) {
        // A reply to a command of another conversation is delivered, and counted, there.
        if (emission.correlationid !== undefined && emission.correlationid !== delivery.correlationId) continue;
        const origin = originBy(writerOfReceiver(delivery.receiver), emission.channel);
        for (const receiver of emission.expected) expect(emission.id, origin, receiver, emission.type);
      }
    } else if (entry.kind === 'dead-letter') {
      // Redriven: a later dead letter of the same delivery has an entry of its own.
      const { facts, messageId, receiver, resolution } = entry.deadLetter;
      if (messageId === undefined || facts === undefined || resolution?.state === 'redriven') continue;
      letters.add(keyText({ messageId, origin: originOf(facts), receiver }));
    }
  }

  const count = { completed: 0, expired: 0, 'dead-lettered': 0 };
  const inFlight: InFlight[] = [];
  const withoutLetter: Expected[] = [];
  for (const [key, one] of expected) {
    // What its publisher could not send has a dead letter, and no delivery at its receiver, whom it never reached.
    const state = deliveries.get(key)?.state ?? (letters.has(key) ? 'dead-lettered' : 'missing');
    if (state === 'missing' || !isSettled(state)) {
      inFlight.push({ ...one, state });
      continue;
    }
    count[state]++;
    if (state === 'dead-lettered' && !letters.has(key)) withoutLetter.push(one);
  }
  return {
    expected: expected.size,
    completed: count.completed,
    expired: count.expired,
    deadLettered: count['dead-lettered'],
    inFlight,
    missing: inFlight.filter(({ state }) => state === 'missing').map(({ state: _state, ...one }) => one),
    withoutLetter,
    atRest: inFlight.length === 0,
  };
}

/** Entries that must stand before an entry, by that entry. */
function causesOf(entries: readonly LedgerEntry[]): Map<LedgerEntry, LedgerEntry[]> {
  const messages = new Map<string, LedgerEntry>();
  const commanded = new Map<string, LedgerEntry[]>();
  const deliveriesOf = new Map<string, Extract<LedgerEntry, { kind: 'delivery' }>[]>();
  const emittedIn = new Map<string, LedgerEntry[]>();
  const rungs = new Map<string, LedgerEntry[]>();
  for (const entry of entries) {
    if (entry.kind === 'escalation') {
      const { messageId, rung, requestId } = entry.escalation;
      if (messageId !== undefined) push(rungs, messageId, entry);
      if (rung === 'abort') push(rungs, requestId, entry);
    }
    if (entry.kind === 'message') {
      const { id, requestid, type } = entry.intent.envelope;
      messages.set(id, entry);
      if (requestid !== undefined) push(commanded, pair(requestid, type), entry);
    }
    if (entry.kind !== 'delivery') continue;
    push(deliveriesOf, entry.delivery.messageId, entry);
    for (const emission of entry.delivery.emissions) {
      push(emittedIn, emission.id, entry);
      if (emission.requestid !== undefined) push(commanded, pair(emission.requestid, emission.type), entry);
    }
  }
  const origin = (messageId: string, causationId: string | undefined, source: string): LedgerEntry[] => {
    const message = messages.get(messageId);
    const emitted = emittedIn.get(messageId);
    if (message) return emitted ? [message, ...emitted] : [message];
    if (emitted) return emitted;
    return causationId === undefined ? [] : handled(causationId, parseSource(source)?.name);
  };
  // The delivery whose receiver published it; all of the message's deliveries where that one is not known.
  const handled = (messageId: string, receiver?: string): LedgerEntry[] => {
    const all = deliveriesOf.get(messageId) ?? [];
    const own = all.filter((entry) => entry.delivery.receiver === receiver);
    if (own.length > 0) return own;
    const message = messages.get(messageId);
    return all.length > 0 || !message ? all : [message];
  };
  const causes = (entry: LedgerEntry): LedgerEntry[] => {
    switch (entry.kind) {
      case 'message': {
        const { id, causationid, source } = entry.intent.envelope;
        const rung = rungs.get(id) ?? [];
        const cause = causationid === undefined ? emittedIn.get(id) : handled(causationid, parseSource(source)?.name);
        return [...rung, ...(cause ?? [])];
      }
      case 'delivery':
        return origin(entry.delivery.messageId, entry.delivery.facts.causationId, entry.delivery.facts.source);
      case 'dead-letter': {
        const { messageId, receiver } = entry.deadLetter;
        return messageId === undefined ? [] : handled(messageId, receiver);
      }
      case 'operator': {
        const { messageId, deadLetter } = entry.operator;
        return messageId === undefined ? [] : handled(messageId, deadLetter?.receiver);
      }
      case 'escalation': {
        const { messageId, by } = entry.escalation.because;
        return [messageId, by].flatMap((id) => {
          const message = messages.get(id);
          return [...(message ? [message] : []), ...(emittedIn.get(id) ?? [])];
        });
      }
      case 'request': {
        const { by, requestId, type } = entry.request;
        const message = messages.get(by);
        const command = commanded.get(pair(requestId, type)) ?? [];
        return [
          ...command,
          ...(message ? [message] : []),
          ...(emittedIn.get(by) ?? []),
          ...(rungs.get(requestId) ?? []),
        ];
      }
    }
  };
  return new Map(entries.map((entry) => [entry, [...new Set(causes(entry))].filter((cause) => cause !== entry)]));
}

function compareEntries(a: LedgerEntry, b: LedgerEntry): number {
  return compare(a.at, b.at) || compare(entryId(a), entryId(b));
}

/** An id that no other entry of its conversation and its writer has. */
export function entryId(entry: LedgerEntry): string {
  switch (entry.kind) {
    case 'message':
      return `m#${entry.intent.envelope.id}`;
    case 'delivery':
      return deliveryId(entry.delivery);
    case 'dead-letter':
      return `x#${entry.deadLetter.id}`;
    case 'operator':
      return `o#${entry.operator.id}`;
    case 'escalation':
      return `e#${entry.escalation.requestId}#${String(entry.escalation.step).padStart(4, '0')}`;
    case 'request':
      return `r#${entry.request.requestId}#${entry.request.state}#${entry.request.by}`;
  }
}

/** Id of a delivery within its conversation. Ids of messages and receivers hold no `#`. */
export function deliveryId({ messageId, origin, receiver }: Omit<DeliveryKey, 'correlationId'>): string {
  return `${deliveriesOf(messageId)}${origin}#${receiver}`;
}

/** First part of the ids of all deliveries of messages that have this id. */
export function deliveriesOf(messageId: string): string {
  return `d#${messageId}#`;
}

function keyText({ messageId, origin, receiver }: Omit<DeliveryKey, 'correlationId'>): string {
  return JSON.stringify([messageId, origin, receiver]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function pair(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

function insertSorted(sorted: number[], value: number): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}
