import { otherWaiter, sameWaiter, type PendingRecord, type RequestOutcome } from '../domain/pending.js';
import type { PendingStore } from '../domain/ports.js';

/** Requests in memory; each decision and its write are one step, nothing awaited in between. */
export class MemoryPending implements PendingStore {
  readonly #records = new Map<string, string>();

  async open(record: PendingRecord): Promise<'opened' | 'repeated' | 'closed'> {
    const existing = this.#find(record.requestId);
    if (!existing) {
      this.#put({ ...record, deadline: iso(record.deadline) });
      return 'opened';
    }
    if (existing.outcome) return 'closed';
    if (!sameWaiter(existing.waiter, record.waiter)) throw otherWaiter(record, existing);
    this.#put({ ...existing, waiter: record.waiter });
    return 'repeated';
  }

  async close(
    requestId: string,
    outcome: RequestOutcome,
  ): Promise<{ readonly kind: 'won' | 'late'; readonly record: PendingRecord } | { readonly kind: 'unknown' }> {
    const existing = this.#find(requestId);
    if (!existing) return { kind: 'unknown' };
    if (existing.outcome) return { kind: existing.outcome.by === outcome.by ? 'won' : 'late', record: existing };
    return { kind: 'won', record: this.#put({ ...existing, outcome }) };
  }

  async extend(requestId: string, deadline: string): Promise<boolean> {
    const existing = this.#find(requestId);
    if (!existing || existing.outcome || iso(deadline) <= existing.deadline) return false;
    this.#put({ ...existing, deadline: iso(deadline) });
    return true;
  }

  async get(requestId: string): Promise<PendingRecord | undefined> {
    return Promise.resolve(this.#find(requestId));
  }

  async *due(after: number, until: number): AsyncGenerator<PendingRecord> {
    const all = [...this.#records.values()].map((text) => JSON.parse(text) as PendingRecord);
    const due = all.filter(({ outcome, deadline }) => {
      const at = Date.parse(deadline);
      return outcome === undefined && at > after && at <= until;
    });
    yield* await Promise.resolve(due.sort((a, b) => (a.deadline < b.deadline ? -1 : 1)));
  }

  #find(requestId: string): PendingRecord | undefined {
    const text = this.#records.get(requestId);
    return text === undefined ? undefined : (JSON.parse(text) as PendingRecord);
  }

  #put(record: PendingRecord): PendingRecord {
    const text = JSON.stringify(record);
    this.#records.set(record.requestId, text);
    return JSON.parse(text) as PendingRecord;
  }
}

function iso(time: string): string {
  return new Date(time).toISOString();
}
