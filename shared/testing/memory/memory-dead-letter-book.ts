import type { DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import type { DeadLetterBook, OperatorEntry } from '../../domain/evidence/dead-letter-book.js';
import type { MemoryLedger } from './memory-ledger.js';

/** The dead letters of a {@link MemoryLedger}. */
export class MemoryDeadLetterBook implements DeadLetterBook {
  readonly #ledger: MemoryLedger;

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger;
  }

  async *all(): AsyncGenerator<DeadLetterEntry> {
    for (const id of this.#ledger.conversationIds()) {
      for (const entry of await this.#ledger.conversation(id)) {
        if (entry.kind === 'dead-letter') yield entry.deadLetter;
      }
    }
  }

  async find(id: string): Promise<DeadLetterEntry | undefined> {
    for await (const letter of this.all()) if (letter.id === id) return letter;
    return undefined;
  }

  async resolve(seen: DeadLetterEntry, next: DeadLetterEntry): Promise<boolean> {
    const stands = this.#ledger.find(seen.correlationId, `x#${seen.id}`);
    if (stands?.kind !== 'dead-letter' || JSON.stringify(stands.deadLetter) !== JSON.stringify(seen))
      return Promise.resolve(false);
    this.#ledger.put(next.correlationId, { kind: 'dead-letter', at: next.at, deadLetter: next });
    return Promise.resolve(true);
  }

  async record(entry: OperatorEntry): Promise<void> {
    this.#ledger.put(entry.correlationId, { kind: 'operator', at: entry.at, operator: entry });
    return Promise.resolve();
  }

  async recordFirst(entry: OperatorEntry): Promise<OperatorEntry> {
    const stands = this.#ledger.find(entry.correlationId, `o#${entry.id}`);
    if (stands?.kind === 'operator') return stands.operator;
    await this.record(entry);
    return entry;
  }
}
