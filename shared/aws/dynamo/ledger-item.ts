import { defined } from '../../domain/base/defined.js';
import type { Choice } from '../../domain/selection/selection.js';
import { deliveryId, entryId, type LedgerEntry } from '../../domain/evidence/conversation.js';
import type { DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import type {
  Cancellation,
  DeliveryKey,
  DeliveryRecord,
  DeliveryStanding,
  DeliveryState,
  Emission,
  MessageFacts,
  NotedProgress,
  Unsent,
} from '../../domain/delivery/delivery.js';
import type { Lineage } from '../../domain/delivery/lineage.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError, type ErrorSummary } from '../../domain/base/errors.js';
import { checkCancellation, checkDelivery, checkStanding } from '../../domain/delivery/delivery-form.js';
import { checkEntry } from '../../domain/evidence/entry-form.js';
import type { PassedOver } from '../../domain/form/passed-over.js';
import { storedJson, unreadable } from '../../domain/form/stored-json.js';
import type { EscalationEntry, RequestEntry } from '../../domain/evidence/ledger-writer.js';
import type { OperatorEntry } from '../../domain/evidence/dead-letter-book.js';
import { conversationOf, writerOf } from '../../domain/evidence/ledger-writers.js';
import { channelOfOrigin, originOf, writerOfReceiver } from '../../domain/wire/writers.js';
import { dueShard } from '../../domain/base/due-shard.js';
import type { Priority } from '../../domain/base/priority.js';
import { RETENTION_DAYS } from '../../domain/evidence/retention.js';
import type { Item } from './attribute-values.js';

/** Primary key of an item of the ledger table. */
export interface LedgerKey {
  readonly pk: string;
  readonly sk: string;
}

const DAY_SECONDS = 86_400;

/** TTL in seconds since 1970 of an entry that changed at `time` (milliseconds). */
export function ttlFrom(time: number): number {
  return Math.ceil(time / 1000) + RETENTION_DAYS * DAY_SECONDS;
}

/**
 * Partition key of what a writer writes of a conversation. Roles may write under the names of their writers alone, so that
 * who wrote an item follows from its key, whatever the item says. Writers hold no `#`.
 */
export function ledgerPartition(writer: string, correlationId: string): string {
  return `${writer}#${correlationId}`;
}

/** Conversation of a partition key. */
export function conversationOfKey(pk: string): string {
  return pk.slice(pk.indexOf('#') + 1);
}

/** Primary key of a delivery: its receiver writes it. */
export function deliveryItemKey(key: DeliveryKey): LedgerKey {
  return { pk: ledgerPartition(writerOfReceiver(key.receiver), key.correlationId), sk: deliveryId(key) };
}

/** Primary key of the intent of a message, by the writer of its source. */
export function messageItemKey(writer: string, correlationId: string, id: string): LedgerKey {
  return { pk: ledgerPartition(writer, correlationId), sk: `m#${id}` };
}

/** Primary key of the estimate of how many deliveries a conversation has had at one receiver; no entry of the ledger. */
export function conversationCountKey(correlationId: string, receiver: string): LedgerKey {
  return { pk: ledgerPartition(writerOfReceiver(receiver), correlationId), sk: 'count' };
}

/** First part of the partitions of replies that an agent puts off; they are of no conversation. */
export const LATER_PARTITIONS = 'later#';

/** Primary key of a reply that an agent puts off. */
export function laterItemKey(agent: string, command: string, key: string): LedgerKey {
  return { pk: `${LATER_PARTITIONS}${agent}#${command}`, sk: key };
}

/** True when a delivery's item holds nothing but that its request was taken back: no delivery has come yet. */
export function isTombstone(item: Item): boolean {
  return item['state'] === undefined && item['cancelled'] !== undefined;
}

/** The cancellation on a delivery's item, or on a tombstone. @throws LanewayError UNREADABLE */
export function cancellationFrom(item: Item): Cancellation | undefined {
  const cancelled = json<Cancellation>(item, 'cancelled');
  return cancelled && checkCancellation(cancelled);
}

/** Primary key of an entry. @throws LanewayError SENDER_MISMATCH for a message of a source that is none of Laneway's */
export function entryItemKey(entry: LedgerEntry): LedgerKey {
  const writer = writerOf(entry);
  if (writer !== undefined) return { pk: ledgerPartition(writer, conversationOf(entry)), sk: entryId(entry) };
  const source = entry.kind === 'message' ? entry.intent.envelope.source : entry.kind;
  throw new LanewayError('SENDER_MISMATCH', `'${source}' is the source of no publisher, and writes nothing`, {
    help: ['allowed: laneway.<application>.<agent|client|ingress|platform>.<name>'],
  });
}

/** Attributes that hold the facts of a message; its channel stands in the key. */
export function factAttributes(facts: MessageFacts): Item {
  return {
    type: facts.type,
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

/**
 * A delivery from its item.
 * @throws LanewayError SENDER_MISMATCH for one that another than its receiver wrote; UNREADABLE
 */
export function deliveryFrom(item: Item): DeliveryRecord {
  const state = text(item, 'state') as DeliveryState;
  const key = deliveryKeyFrom(item);
  const facts = factsFrom(item, key.origin);
  if (originOf(facts) !== key.origin) throw unreadable(`the source is not of the origin ${key.origin}`);
  return checkDelivery({
    ...key,
    facts,
    state,
    tries: given(item, 'tries') ?? 0,
    ...optional('owner', given<string>(item, 'owner')),
    ...optional('leasedUntil', state === 'leased' ? given<string>(item, 'until') : undefined),
    ...optional('alone', given<boolean>(item, 'alone')),
    ...optional('copy', given<string>(item, 'copy')),
    emissions: json<Emission[]>(item, 'emissions') ?? [],
    ...optional('emissionsRef', given<string>(item, 'emissionsRef')),
    ...optional('unsent', unsentFrom(item)),
    ...optional('sent', given<string>(item, 'sent')),
    ...optional('error', json<ErrorSummary>(item, 'error')),
    firstReceived: text(item, 'first'),
    updated: text(item, 'updated'),
    ...optional('progress', json<NotedProgress>(item, 'progress')),
    ...optional('cancelled', cancellationFrom(item)),
    ...optional('redrives', given<number>(item, 'redrives')),
    ...optional('lastDeadLetter', given<string>(item, 'lastDeadLetter')),
  });
}

/**
 * The standing of a delivery from those attributes of its item.
 * @throws LanewayError as {@link deliveryFrom}
 */
export function standingFrom(item: Item): DeliveryStanding {
  deliveryKeyFrom(item);
  const state = text(item, 'state') as DeliveryState;
  return checkStanding({
    state,
    tries: given(item, 'tries') ?? 0,
    updated: text(item, 'updated'),
    ...optional('copy', given<string>(item, 'copy')),
    ...optional('leasedUntil', state === 'leased' ? given<string>(item, 'until') : undefined),
    ...optional('redrives', given<number>(item, 'redrives')),
  });
}

/** Key of a delivery, from that of its item. @throws LanewayError SENDER_MISMATCH */
function deliveryKeyFrom(item: Item): DeliveryKey {
  const [, messageId = '', ...rest] = text(item, 'sk').split('#');
  const receiver = rest.pop() ?? '';
  const correlationId = conversationOfKey(text(item, 'pk'));
  const key: DeliveryKey = { correlationId, messageId, origin: rest.join('#'), receiver };
  checkWriter(item, deliveryItemKey(key));
  return key;
}

/** Place of an item of the ledger table, as it is told of one that cannot be read. */
export function ledgerPlace(item: Item): Pick<PassedOver, 'kind' | 'where'> {
  return { kind: 'ledger row', where: `${text(item, 'pk')} ${text(item, 'sk')}` };
}

/**
 * The entry that an item of the ledger table (or an image of its stream, translated) stands for; undefined for what is
 * no entry of a conversation (replies put off, tombstones, counts).
 * @throws LanewayError SENDER_MISMATCH for an entry under a key that is not its own: another than its writer wrote it;
 * UNREADABLE, UNPARSEABLE for an item that no writer of Laneway writes
 */
export function entryFrom(item: Item): LedgerEntry | undefined {
  if (text(item, 'pk').startsWith(LATER_PARTITIONS)) return undefined;
  const content = contentOf(item);
  if (content?.kind === 'delivery') return content;
  const entry = content && checkEntry(content);
  if (entry) checkWriter(item, entryItemKey(entry));
  return entry;
}

/** @throws LanewayError SENDER_MISMATCH for an item that does not stand under `key` */
function checkWriter(item: Item, { pk, sk }: LedgerKey): void {
  if (text(item, 'pk') === pk && text(item, 'sk') === sk) return;
  const writer = text(item, 'pk').split('#')[0] ?? '';
  throw new LanewayError('SENDER_MISMATCH', `'${writer}' wrote ${text(item, 'sk')}, which only ${pk} may hold`, {
    help: ['its writer was taken over or is wrong: look at what else it wrote'],
  });
}

function contentOf(item: Item): LedgerEntry | undefined {
  switch (text(item, 'sk').slice(0, 2)) {
    case 'd#': {
      if (isTombstone(item)) return undefined;
      const delivery = deliveryFrom(item);
      return { kind: 'delivery', at: delivery.firstReceived, delivery };
    }
    case 'm#': {
      const envelope = content<Envelope>(item, 'envelope');
      return {
        kind: 'message',
        at: envelope.time,
        intent: {
          envelope,
          expected: json<string[]>(item, 'expected') ?? [],
          ...defined({ choice: json<Choice>(item, 'choice') }),
        },
      };
    }
    case 'x#': {
      const deadLetter = content<DeadLetterEntry>(item, 'letter');
      return { kind: 'dead-letter', at: deadLetter.at, deadLetter };
    }
    case 'o#': {
      const operator = content<OperatorEntry>(item, 'entry');
      return { kind: 'operator', at: operator.at, operator };
    }
    case 'e#': {
      const escalation = content<EscalationEntry>(item, 'entry');
      return { kind: 'escalation', at: escalation.at, escalation };
    }
    case 'r#': {
      const request = content<RequestEntry>(item, 'entry');
      return { kind: 'request', at: request.at, request };
    }
    default:
      return undefined;
  }
}

/**
 * Partition and sort key of the index by due time: `2026-11-21#07` and `<ISO time>#<id>`. The attribute has its name from
 * versions that kept an hour under one key.
 */
export function dueAttributes(time: number, id: string): { dueHour: string; dueAt: string } {
  return { dueHour: dueKey(time, dueShard(id)), dueAt: `${new Date(time).toISOString()}#${id}` };
}

/** Key of a shard of what is due on the day of `time` (UTC). */
export function dueKey(time: number, shard: number): string {
  return `${new Date(time).toISOString().slice(0, 10)}#${String(shard).padStart(2, '0')}`;
}

/** First part of the due hours of outcomes whose messages wait to be sent: nobody reads them among the intents. */
export const UNSENT_HOURS = 'unsent#';

/** Attributes of an outcome whose messages wait to be sent. */
export function unsentAttributes({ messageId, receiver }: DeliveryKey, { lineage, due }: Unsent): Item {
  const { dueHour, dueAt } = dueAttributes(Date.parse(due), `${messageId}#${receiver}`);
  return { unsent: JSON.stringify(lineage), dueHour: `${UNSENT_HOURS}${dueHour}`, dueAt };
}

function unsentFrom(item: Item): Unsent | undefined {
  const lineage = json<Lineage>(item, 'unsent');
  return lineage && { lineage, due: text(item, 'dueAt').split('#')[0] ?? '' };
}

/** Partitions of the index of dead letters, so that a storm of them is not held up by one. */
export const LETTER_PARTITIONS = 8;

/** Partition and sort key of the sparse index of dead letters: `letters#<0..7>` by id, and `<ISO time>#<id>`. */
function deadLetterAttributes({ id, at }: Pick<DeadLetterEntry, 'id' | 'at'>): {
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
export function deadLetterItem(letter: DeadLetterEntry): Item {
  return {
    letter: JSON.stringify(letter),
    receiver: letter.receiver,
    reason: letter.reason,
    signature: letter.signature,
    at: letter.at,
    ...deadLetterAttributes(letter),
  };
}

function factsFrom(item: Item, origin: string): MessageFacts {
  return {
    type: text(item, 'type'),
    channel: channelOfOrigin(origin),
    priority: text(item, 'priority') as Priority,
    source: text(item, 'source'),
    time: text(item, 'time'),
    expires: text(item, 'expires'),
    ...optional('causationId', given<string>(item, 'causation')),
    ...optional('requestId', given<string>(item, 'request')),
    attempt: given(item, 'attempt') ?? 0,
    hops: given(item, 'hops') ?? 0,
  };
}

function text(item: Item, name: string): string {
  const value = item[name];
  return typeof value === 'string' ? value : '';
}

/** An attribute as it is; its form is checked with the whole. */
function given<Value>(item: Item, name: string): Value | undefined {
  return (item[name] ?? undefined) as Value | undefined;
}

function json<Value>(item: Item, name: string): Value | undefined {
  const value = item[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw unreadable(`the attribute ${name} is no text`);
  return storedJson(value, `the attribute ${name}`) as Value;
}

/** The content of an entry: an object of JSON. */
function content<Value extends object>(item: Item, name: string): Value {
  const value = json<unknown>(item, name);
  if (typeof value === 'object' && value !== null) return value as Value;
  throw unreadable(`the attribute ${name} holds no object`);
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Exclude<Value, undefined>>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, Exclude<Value, undefined>>>;
}
