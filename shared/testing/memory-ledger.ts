import { entryId, orderCausally, type LedgerEntry, type LedgerReader } from '../domain/conversation.js';
import { decideLetter, type DeadLetterEntry } from '../domain/dead-letter.js';
import { withEmissions } from '../domain/offload.js';
import type { EscalationEntry, LedgerWriter, PayloadStore, RequestEntry } from '../domain/ports.js';
import { jsonCopy } from './json-copy.js';

/**
 * The ledger table in memory. {@link MemoryDeliveries} and {@link MemoryIntents} write into it, so that a conversation
 * reads as it would from DynamoDB. Entries are copied as JSON would: what comes out is never what went in, only equal to it.
 */
export class MemoryLedger implements LedgerWriter, LedgerReader {
  readonly #conversations = new Map<string, Map<string, LedgerEntry>>();
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
    return [...(this.#conversations.get(correlationId)?.values() ?? [])].map((entry) => jsonCopy(entry));
  }

  /** Ids of all conversations, in the order of their first entries. */
  conversationIds(): string[] {
    return [...this.#conversations.keys()];
  }

  /** Writes an entry over the one with its id. */
  put(correlationId: string, entry: LedgerEntry): void {
    this.keep(correlationId, entryId(entry), jsonCopy(entry));
  }

  /** As {@link put}, of an entry that nobody else holds or changes. */
  keep(correlationId: string, id: string, entry: LedgerEntry): void {
    const entries = this.#conversations.get(correlationId);
    if (entries) entries.set(id, entry);
    else this.#conversations.set(correlationId, new Map([[id, entry]]));
  }

  /** Writes an entry unless there is one with its id. */
  putOnce(correlationId: string, entry: LedgerEntry): void {
    if (this.peek(correlationId, entryId(entry)) === undefined) this.put(correlationId, entry);
  }

  /** The entry of an id, as it is stored (emissions not fetched). */
  find(correlationId: string, id: string): LedgerEntry | undefined {
    return jsonCopy(this.peek(correlationId, id));
  }

  /** The entry of an id as it is kept, for who neither changes it nor hands it on. */
  peek(correlationId: string, id: string): LedgerEntry | undefined {
    return this.#conversations.get(correlationId)?.get(id);
  }
}
