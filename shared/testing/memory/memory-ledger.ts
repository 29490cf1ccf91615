import {
  deliveryId,
  entryId,
  orderCausally,
  type LedgerEntry,
  type LedgerReader,
} from '../../domain/evidence/conversation.js';
import { decideDeadLetter, type DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import type { DeliveryKey, DeliveryRecord } from '../../domain/delivery/delivery.js';
import { checkEntry } from '../../domain/evidence/entry-form.js';
import { conversationOf, writtenId } from '../../domain/evidence/ledger-writers.js';
import { readOrPass, UnreadableRows } from '../../domain/form/passed-over.js';
import { unreadable } from '../../domain/form/stored-json.js';
import { withReadableEmissions } from '../../domain/evidence/stored-payloads.js';
import type { EscalationEntry, LedgerWriter, RequestEntry } from '../../domain/evidence/ledger-writer.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { jsonCopy } from './json-copy.js';

/**
 * The ledger table in memory. {@link MemoryDeliveries} and {@link MemoryIntents} write into it, so that a conversation reads
 * as it would from DynamoDB. Entries are copied as JSON would: an entry that is read is never the object that was written, only
 * equal to it.
 */
export class MemoryLedger implements LedgerWriter, LedgerReader {
  /** Called with the first entry of a conversation. */
  began: (correlationId: string) => void = () => undefined;
  /** Entries by conversation and id; the first of a conversation stands without a map until there is a second. */
  readonly #conversations = new Map<string, LedgerEntry | Map<string, LedgerEntry>>();
  /** Conversation that {@link peekEntry} has last missed, as long as nothing was written since: a first entry need not look again. */
  #missed: string | undefined;
  /** Entries that {@link spoil} has put; as long as there is none, nothing has to be checked. */
  readonly #spoilt = new Set<unknown>();
  /** Rows that could not be read and were passed over. */
  readonly unreadable = new UnreadableRows();
  readonly #payloads: PayloadStore;

  constructor(payloads: PayloadStore) {
    this.#payloads = payloads;
  }

  async deadLetter(entry: DeadLetterEntry): Promise<void> {
    const found = this.find(entry.correlationId, `x#${entry.id}`);
    const deadLetter = decideDeadLetter(found?.kind === 'dead-letter' ? found.deadLetter : undefined, entry);
    if (deadLetter) this.put(entry.correlationId, { kind: 'dead-letter', at: deadLetter.at, deadLetter });
    return Promise.resolve();
  }

  async escalation(entry: EscalationEntry): Promise<void> {
    this.putOnce(entry.correlationId, { kind: 'escalation', at: entry.at, escalation: entry });
    return Promise.resolve();
  }

  async request(entry: RequestEntry): Promise<void> {
    this.putOnce(entry.correlationId, { kind: 'request', at: entry.at, request: entry });
    return Promise.resolve();
  }

  async conversation(correlationId: string): Promise<readonly LedgerEntry[]> {
    const entries = this.stored(correlationId).map((entry) =>
      withReadableEmissions(entry, this.#payloads, this.unreadable),
    );
    return orderCausally(await Promise.all(entries));
  }

  /** A conversation's entries as they are stored: in no order, emissions not fetched. */
  stored(correlationId: string): LedgerEntry[] {
    return this.peekConversation(correlationId).flatMap((entry) => this.#readOrPass(correlationId, entry) ?? []);
  }

  /** A conversation's entries as they are kept, not the copies that {@link stored} makes. Callers neither change them nor hand them on. */
  peekConversation(correlationId: string): readonly LedgerEntry[] {
    const kept = this.#conversations.get(correlationId);
    if (kept === undefined) return [];
    return kept instanceof Map ? [...kept.values()] : [kept];
  }

  /** Puts something else in the place of an entry, as a writer that was taken over may. It is kept as it is given. */
  spoil(correlationId: string, id: string, by: unknown): void {
    const kept = this.#conversations.get(correlationId);
    const entries = kept instanceof Map ? kept : new Map(kept === undefined ? [] : [[idOf(kept), kept]]);
    entries.set(id, by as LedgerEntry);
    this.#spoilt.add(by);
    this.#missed = undefined;
    this.#conversations.set(correlationId, entries);
  }

  /** Removes a conversation. */
  forget(correlationId: string): void {
    this.#conversations.delete(correlationId);
  }

  /** Ids of all conversations, in the order of their first entries. */
  conversationIds(): string[] {
    return [...this.#conversations.keys()];
  }

  /** Writes an entry over the one with its id. */
  put(correlationId: string, entry: LedgerEntry): void {
    this.#keep(correlationId, jsonCopy(entry));
  }

  /**
   * Writes a delivery over the one with its id, without the copy that {@link put} makes. Nobody else may hold or change it.
   * @param over its entry as {@link peekEntry} found it, which need not be looked up again
   */
  keepDelivery(delivery: DeliveryRecord, over?: DeliveryEntry): void {
    if (over) over.delivery = delivery;
    else this.#keep(delivery.correlationId, { kind: 'delivery', at: delivery.firstReceived, delivery });
  }

  /** Writes an entry unless there is one with its id. */
  putOnce(correlationId: string, entry: LedgerEntry): void {
    if (this.#peek(correlationId, idOf(entry)) === undefined) this.put(correlationId, entry);
  }

  /** The entry of an id, as it is stored (emissions not fetched). */
  find(correlationId: string, id: string): LedgerEntry | undefined {
    return jsonCopy(this.#peek(correlationId, id));
  }

  /** A delivery as it is kept, not a copy. Callers neither change it nor hand it on. */
  peekDelivery(key: DeliveryKey): DeliveryRecord | undefined {
    return this.peekEntry(key)?.delivery;
  }

  /** The entry of a delivery as it is kept. Callers neither change it nor hand it on. */
  peekEntry(key: DeliveryKey): DeliveryEntry | undefined {
    const kept = this.#conversations.get(key.correlationId);
    if (kept === undefined) {
      this.#missed = key.correlationId;
      return undefined;
    }
    const entry = kept instanceof Map ? kept.get(deliveryId(key)) : kept;
    if (this.#spoilt.size > 0 && this.#spoilt.has(entry)) checkOf(key.correlationId, entry);
    return entry !== undefined && isDelivery(entry, key) ? entry : undefined;
  }

  /** A copy of an entry; undefined for one that cannot be read, which is passed over. */
  #readOrPass(correlationId: string, entry: LedgerEntry): LedgerEntry | undefined {
    if (!this.#spoilt.has(entry)) return jsonCopy(entry);
    const where = { kind: 'ledger row', where: `${correlationId} ${this.#idWithin(correlationId, entry)}` } as const;
    const read = readOrPass(
      entry,
      (one) => checkOf(correlationId, one),
      () => where,
      this.unreadable,
    );
    return jsonCopy(read);
  }

  #idWithin(correlationId: string, entry: LedgerEntry): string {
    const kept = this.#conversations.get(correlationId);
    return (kept instanceof Map ? [...kept].find(([, one]) => one === entry)?.[0] : undefined) ?? '';
  }

  #peek(correlationId: string, id: string): LedgerEntry | undefined {
    const kept = this.#conversations.get(correlationId);
    if (kept instanceof Map) return kept.get(id);
    return kept !== undefined && idOf(kept) === id ? kept : undefined;
  }

  #keep(correlationId: string, entry: LedgerEntry): void {
    const kept = this.#missed === correlationId ? undefined : this.#conversations.get(correlationId);
    this.#missed = undefined;
    if (kept === undefined) this.began(correlationId);
    if (kept === undefined || (!(kept instanceof Map) && isSame(kept, entry)))
      this.#conversations.set(correlationId, entry);
    else if (kept instanceof Map) kept.set(idOf(entry), entry);
    else
      this.#conversations.set(
        correlationId,
        new Map([
          [idOf(kept), kept],
          [idOf(entry), entry],
        ]),
      );
  }
}

/** @throws whatever reading it throws */
function checkOf(correlationId: string, entry: unknown): LedgerEntry {
  const read = checkEntry(entry as LedgerEntry);
  if (conversationOf(read) === correlationId) return read;
  throw unreadable('the entry is of another conversation than its key');
}

/** Entry of a delivery as it is kept: a later record of it takes its place. */
export type DeliveryEntry = Extract<LedgerEntry, { kind: 'delivery' }> & { delivery: DeliveryRecord };

function isDelivery(entry: LedgerEntry, { messageId, origin, receiver }: DeliveryKey): entry is DeliveryEntry {
  if (entry.kind !== 'delivery') return false;
  const { delivery } = entry;
  return delivery.messageId === messageId && delivery.receiver === receiver && delivery.origin === origin;
}

/** True when two entries of a conversation have one id. Deliveries, the most of them, are compared without making their ids. */
function isSame(one: LedgerEntry, other: LedgerEntry): boolean {
  return other.kind === 'delivery' ? isDelivery(one, other.delivery) : idOf(one) === idOf(other);
}

/** An id that no other entry of its conversation has: two writers may have chosen one id for their messages. */
function idOf(entry: LedgerEntry): string {
  return entry.kind === 'message' ? writtenId(entry) : entryId(entry);
}
