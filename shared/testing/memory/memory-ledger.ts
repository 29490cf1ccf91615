import { entryId, orderCausally, type LedgerEntry, type LedgerReader } from '../../domain/evidence/conversation.js';
import { decideLetter, type DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import type { DeliveryKey, DeliveryRecord } from '../../domain/delivery/delivery.js';
import { withEmissions } from '../../domain/evidence/stored-payloads.js';
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
  readonly #payloads: PayloadStore;

  constructor(payloads: PayloadStore) {
    this.#payloads = payloads;
  }

  async deadLetter(entry: DeadLetterEntry): Promise<void> {
    const found = this.find(entry.correlationId, `x#${entry.id}`);
    const deadLetter = decideLetter(found?.kind === 'dead-letter' ? found.deadLetter : undefined, entry);
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
    const entries = this.stored(correlationId).map((entry) => withEmissions(entry, this.#payloads));
    return orderCausally(await Promise.all(entries));
  }

  /** A conversation's entries as they are stored: in no order, emissions not fetched. */
  stored(correlationId: string): LedgerEntry[] {
    return this.peekConversation(correlationId).map((entry) => jsonCopy(entry));
  }

  /** A conversation's entries as they are kept, not the copies that {@link stored} makes. Callers neither change them nor hand them on. */
  peekConversation(correlationId: string): readonly LedgerEntry[] {
    const kept = this.#conversations.get(correlationId);
    if (kept === undefined) return [];
    return kept instanceof Map ? [...kept.values()] : [kept];
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

  /** Writes a delivery over the one with its id, without the copy that {@link put} makes. Nobody else may hold or change it. */
  keepDelivery(delivery: DeliveryRecord): void {
    this.#keep(delivery.correlationId, { kind: 'delivery', at: delivery.firstReceived, delivery });
  }

  /** Writes an entry unless there is one with its id. */
  putOnce(correlationId: string, entry: LedgerEntry): void {
    if (this.#peek(correlationId, entryId(entry)) === undefined) this.put(correlationId, entry);
  }

  /** The entry of an id, as it is stored (emissions not fetched). */
  find(correlationId: string, id: string): LedgerEntry | undefined {
    return jsonCopy(this.#peek(correlationId, id));
  }

  /** A delivery as it is kept, not a copy. Callers neither change it nor hand it on. */
  peekDelivery(key: DeliveryKey): DeliveryRecord | undefined {
    const kept = this.#conversations.get(key.correlationId);
    const entry = kept instanceof Map ? kept.get(`d#${key.messageId}#${key.receiver}`) : kept;
    return entry !== undefined && isDelivery(entry, key) ? entry.delivery : undefined;
  }

  #peek(correlationId: string, id: string): LedgerEntry | undefined {
    const kept = this.#conversations.get(correlationId);
    if (kept instanceof Map) return kept.get(id);
    return kept !== undefined && entryId(kept) === id ? kept : undefined;
  }

  #keep(correlationId: string, entry: LedgerEntry): void {
    const kept = this.#conversations.get(correlationId);
    if (kept === undefined) this.began(correlationId);
    if (kept === undefined || (!(kept instanceof Map) && isSame(kept, entry)))
      this.#conversations.set(correlationId, entry);
    else if (kept instanceof Map) kept.set(entryId(entry), entry);
    else
      this.#conversations.set(
        correlationId,
        new Map([
          [entryId(kept), kept],
          [entryId(entry), entry],
        ]),
      );
  }
}

type DeliveryEntry = Extract<LedgerEntry, { kind: 'delivery' }>;

function isDelivery(entry: LedgerEntry, { messageId, receiver }: DeliveryKey): entry is DeliveryEntry {
  return entry.kind === 'delivery' && entry.delivery.messageId === messageId && entry.delivery.receiver === receiver;
}

/** True when two entries of a conversation have one id. Deliveries, the most of them, are compared without making their ids. */
function isSame(one: LedgerEntry, other: LedgerEntry): boolean {
  return other.kind === 'delivery' ? isDelivery(one, other.delivery) : entryId(one) === entryId(other);
}
