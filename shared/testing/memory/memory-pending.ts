import {
  otherWaiter,
  sameWaiter,
  type CloseResult,
  type PendingMove,
  type PendingRecord,
  type RequestOutcome,
} from '../../domain/request/pending.js';
import type { PendingStore } from '../../domain/request/pending-store.js';

/** Requests in memory; each decision and its write are one step, nothing awaited in between. */
export class MemoryPending implements PendingStore {
  /** Called when a request has ended. */
  closed: (record: PendingRecord) => void = () => undefined;
  readonly #records = new Map<string, string>();
  readonly #open = new Set<string>();

  /** Number of requests that have not ended. */
  get openCount(): number {
    return this.#open.size;
  }

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

  async close(requestId: string, outcome: RequestOutcome, seen?: PendingRecord): Promise<CloseResult> {
    const existing = this.#find(requestId);
    if (!existing) return { kind: 'unknown' };
    if (existing.outcome) return { kind: existing.outcome.by === outcome.by ? 'won' : 'late', record: existing };
    if (seen && !asSeen(existing, seen)) return { kind: 'moved', record: existing };
    const record = this.#put({ ...existing, outcome });
    this.closed(record);
    return { kind: 'won', record };
  }

  async advance(
    seen: PendingRecord,
    { messageId, attempt, deadline, climb }: PendingMove,
  ): Promise<{ readonly moved: boolean; readonly record: PendingRecord } | undefined> {
    const existing = this.#find(seen.requestId);
    if (!existing) return undefined;
    if (existing.outcome || !asSeen(existing, seen)) return { moved: false, record: existing };
    const next = { messageId, attempt, deadline: iso(deadline), climb, step: (existing.step ?? 0) + 1 };
    return { moved: true, record: this.#put({ ...existing, ...next }) };
  }

  async extend(requestId: string, messageId: string, deadline: string): Promise<boolean> {
    const existing = this.#find(requestId);
    if (!existing || existing.outcome || existing.messageId !== messageId) return false;
    const to = iso(deadline);
    if (to <= existing.deadline || existing.bound === undefined || to > iso(existing.bound)) return false;
    this.#put({ ...existing, deadline: to });
    return true;
  }

  async get(requestId: string): Promise<PendingRecord | undefined> {
    return Promise.resolve(this.#find(requestId));
  }

  async *due(after: number, until: number): AsyncGenerator<PendingRecord> {
    const all = [...this.#open].flatMap((id) => this.#find(id) ?? []);
    const due = all.filter(({ deadline }) => {
      const at = Date.parse(deadline);
      return at > after && at <= until;
    });
    yield* await Promise.resolve(due.sort((a, b) => (a.deadline < b.deadline ? -1 : 1)));
  }

  async *approvals(): AsyncGenerator<PendingRecord> {
    for await (const record of this.due(-Infinity, Infinity)) if (record.approval) yield record;
  }

  isOpen(requestId: string): boolean {
    return this.#open.has(requestId);
  }

  /** Removes the record of a request. */
  forget(requestId: string): void {
    this.#records.delete(requestId);
    this.#open.delete(requestId);
  }

  #find(requestId: string): PendingRecord | undefined {
    const text = this.#records.get(requestId);
    return text === undefined ? undefined : (JSON.parse(text) as PendingRecord);
  }

  #put(record: PendingRecord): PendingRecord {
    const text = JSON.stringify(record);
    this.#records.set(record.requestId, text);
    if (record.outcome) this.#open.delete(record.requestId);
    else this.#open.add(record.requestId);
    return JSON.parse(text) as PendingRecord;
  }
}

function iso(time: string): string {
  return new Date(time).toISOString();
}

function asSeen(existing: PendingRecord, seen: PendingRecord): boolean {
  return (existing.step ?? 0) === (seen.step ?? 0) && existing.deadline === iso(seen.deadline);
}
