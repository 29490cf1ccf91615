import { entryId, type LedgerEntry } from '../../domain/evidence/conversation.js';
import type { DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import type {
  Cancellation,
  DeliveryKey,
  DeliveryRecord,
  DeliveryState,
  Emission,
  MessageFacts,
} from '../../domain/delivery/delivery.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import type { ErrorSummary } from '../../domain/base/errors.js';
import type { EscalationEntry, RequestEntry } from '../../domain/evidence/ledger-writer.js';
import type { OperatorEntry } from '../../domain/evidence/dead-letter-book.js';
import type { Priority } from '../../domain/base/priority.js';
import { RETENTION_DAYS } from '../../domain/evidence/retention.js';
import type { Item } from './attribute-values.js';

const DAY_SECONDS = 86_400;

/** TTL in seconds since 1970 of an entry that changed at `time` (milliseconds). */
export function ttlFrom(time: number): number {
  return Math.ceil(time / 1000) + RETENTION_DAYS * DAY_SECONDS;
}

/** Primary key of a delivery. Receivers hold no `#`, so that the last one separates. */
export function deliveryItemKey(key: DeliveryKey): { pk: string; sk: string } {
  return { pk: key.correlationId, sk: `d#${key.messageId}#${key.receiver}` };
}

/** Primary key of the estimate of how many deliveries a conversation has had; no entry of the ledger. */
export function conversationCountKey(correlationId: string): { pk: string; sk: string } {
  return { pk: correlationId, sk: 'count' };
}

/** True when a delivery's item holds nothing but that its request was taken back: no delivery has come yet. */
export function isTombstone(item: Item): boolean {
  return item['state'] === undefined && typeof item['cancelled'] === 'string';
}

/** The cancellation on a delivery's item, or on a tombstone. */
export function cancellationFrom(item: Item): Cancellation | undefined {
  return json<Cancellation>(item, 'cancelled');
}

/** Primary key of an entry that is no delivery. */
export function entryItemKey(correlationId: string, entry: LedgerEntry): { pk: string; sk: string } {
  return { pk: correlationId, sk: entryId(entry) };
}

/** Attributes that hold the facts of a message. */
export function factAttributes(facts: MessageFacts): Item {
  return {
    type: facts.type,
    channel: facts.channel,
    priority: facts.priority,
    source: facts.source,
    time: facts.time,
    expires: facts.expires,
    causation: facts.causationId,
    request: facts.requestId,
    attempt: facts.attempt,
    hops: facts.hops,
  };
}

/** A delivery from its item. */
export function deliveryFrom(item: Item): DeliveryRecord {
  const sk = text(item, 'sk');
  const separator = sk.lastIndexOf('#');
  const state = text(item, 'state') as DeliveryState;
  return {
    correlationId: text(item, 'pk'),
    messageId: sk.slice(2, separator),
    receiver: sk.slice(separator + 1),
    facts: factsFrom(item),
    state,
    tries: number(item, 'tries'),
    ...optional('owner', item['owner'] as string | undefined),
    ...optional('leasedUntil', state === 'leased' ? (item['until'] as string | undefined) : undefined),
    ...optional('alone', item['alone'] as boolean | undefined),
    ...optional('copy', item['copy'] as string | undefined),
    emissions: json<Emission[]>(item, 'emissions') ?? [],
    ...optional('emissionsRef', item['emissionsRef'] as string | undefined),
    ...optional('error', json<ErrorSummary>(item, 'error')),
    firstReceived: text(item, 'first'),
    updated: text(item, 'updated'),
    ...optional('progress', json<{ fraction: number; note?: string }>(item, 'progress')),
    ...optional('cancelled', cancellationFrom(item)),
    ...optional('redrives', item['redrives'] as number | undefined),
    ...optional('lastDeadLetter', item['lastDeadLetter'] as string | undefined),
  };
}

/**
 * The entry that an item of the ledger table (or an image of its stream, translated) stands for; undefined for what is
 * no entry of a conversation (replies put off, tombstones, counts).
 */
export function entryFrom(item: Item): LedgerEntry | undefined {
  if (text(item, 'pk').startsWith('later#')) return undefined;
  switch (text(item, 'sk').slice(0, 2)) {
    case 'd#': {
      if (isTombstone(item)) return undefined;
      const delivery = deliveryFrom(item);
      return { kind: 'delivery', at: delivery.firstReceived, delivery };
    }
    case 'm#': {
      const envelope = json<Envelope>(item, 'envelope');
      if (!envelope) return undefined;
      return {
        kind: 'message',
        at: envelope.time,
        intent: { envelope, expected: json<string[]>(item, 'expected') ?? [] },
      };
    }
    case 'x#': {
      const deadLetter = json<DeadLetterEntry>(item, 'letter');
      return deadLetter && { kind: 'dead-letter', at: deadLetter.at, deadLetter };
    }
    case 'o#': {
      const operator = json<OperatorEntry>(item, 'entry');
      return operator && { kind: 'operator', at: operator.at, operator };
    }
    case 'e#': {
      const escalation = json<EscalationEntry>(item, 'entry');
      return escalation && { kind: 'escalation', at: escalation.at, escalation };
    }
    case 'r#': {
      const request = json<RequestEntry>(item, 'entry');
      return request && { kind: 'request', at: request.at, request };
    }
    default:
      return undefined;
  }
}

/** Partition and sort key of the index by due hour: `2026-11-21T11` and `<ISO time>#<id>`. */
export function dueAttributes(time: number, id: string): { dueHour: string; dueAt: string } {
  const at = new Date(time).toISOString();
  return { dueHour: at.slice(0, 13), dueAt: `${at}#${id}` };
}

/** Partitions of the index of dead letters, so that a storm of them is not held up by one. */
export const LETTER_PARTITIONS = 8;

/** Partition and sort key of the sparse index of dead letters: `letters#<0..7>` by id, and `<ISO time>#<id>`. */
function letterAttributes({ id, at }: Pick<DeadLetterEntry, 'id' | 'at'>): {
  letterPartition: string;
  letterAt: string;
} {
  return { letterPartition: letterPartition(id), letterAt: `${at}#${id}` };
}

/** The partition that a dead letter is in, by its id: the characters of derived ids are spread evenly. */
export function letterPartition(id: string): string {
  const sum = [...id].reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0);
  return `letters#${sum % LETTER_PARTITIONS}`;
}

/** Attributes of a dead letter's item beside its key. */
export function letterItem(letter: DeadLetterEntry): Item {
  return {
    letter: JSON.stringify(letter),
    receiver: letter.receiver,
    reason: letter.reason,
    signature: letter.signature,
    at: letter.at,
    ...letterAttributes(letter),
  };
}

function factsFrom(item: Item): MessageFacts {
  return {
    type: text(item, 'type'),
    channel: text(item, 'channel'),
    priority: text(item, 'priority') as Priority,
    source: text(item, 'source'),
    time: text(item, 'time'),
    expires: text(item, 'expires'),
    ...optional('causationId', item['causation'] as string | undefined),
    ...optional('requestId', item['request'] as string | undefined),
    attempt: number(item, 'attempt'),
    hops: number(item, 'hops'),
  };
}

function text(item: Item, name: string): string {
  const value = item[name];
  return typeof value === 'string' ? value : '';
}

function number(item: Item, name: string): number {
  const value = item[name];
  return typeof value === 'number' ? value : 0;
}

function json<Value>(item: Item, name: string): Value | undefined {
  const value = item[name];
  return typeof value === 'string' ? (JSON.parse(value) as Value) : undefined;
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Exclude<Value, undefined>>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, Exclude<Value, undefined>>>;
}
