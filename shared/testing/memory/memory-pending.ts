import {
  otherWaiter,
  sameWaiter,
  type CloseResult,
  type PendingMove,
  type PendingRecord,
  type RequestOutcome,
} from '../../domain/request/pending.js';
import { readOrPass, UnreadableRows } from '../../domain/form/passed-over.js';
import { checkRecord } from '../../domain/request/pending-form.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import { DueIndex } from './due/due-index.js';
import { itemText } from './json-copy.js';

/** Requests in memory; each decision and its write are one step, nothing awaited in between. */
export class MemoryPending implements PendingStore {
  /** Called when a request has ended. */
  closed: (record: PendingRecord) => void = () => undefined;
  readonly #records = new Map<string, string>();
  readonly #open = new Set<string>();
  readonly #untold = new Set<string>();
  /** Those of both by their deadline. */
  readonly #due = new DueIndex<string>();
  /** Requests whose records {@link spoil} has put. */
  readonly #spoilt = new Set<string>();
  /** Rows that could not be read and were passed over. */
  readonly unreadable: UnreadableRows;

  constructor(unreadable = new UnreadableRows()) {
    this.unreadable = unreadable;
  }

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
    const record = this.#put({ ...existing, outcome, ...(seen ? { untold: true } : {}) });
    this.closed(record);
    return { kind: 'won', record };
  }

  async told(requestId: string): Promise<void> {
    const record = this.#find(requestId);
    if (!record?.outcome) return;
    const { untold: _untold, ...told } = record;
    this.#put(told);
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
    for (const id of this.#due.range(after, until)) {
      const record = await Promise.resolve(
        readOrPass(
          id,
          (one) => this.#find(one),
          (where) => ({ kind: 'request', where }),
          this.unreadable,
        ),
      );
      if (record !== undefined) yield record;
    }
  }

  async *approvals(): AsyncGenerator<PendingRecord> {
    for await (const record of this.due(-Infinity, Infinity)) if (record.approval && !record.outcome) yield record;
  }

  async setAside(requestId: string): Promise<boolean> {
    if (this.#spoilt.has(requestId)) this.#due.delete(requestId);
    return Promise.resolve(this.#spoilt.has(requestId) && this.#open.delete(requestId));
  }

  /** Puts something else in the place of a record, as a requester that was taken over may. */
  spoil(requestId: string, by: unknown): void {
    this.#records.set(requestId, JSON.stringify(by));
    this.#spoilt.add(requestId);
    const { deadline } = (by ?? {}) as { readonly deadline?: unknown };
    const at = typeof deadline === 'string' ? Date.parse(deadline) : Number.NaN;
    if (this.#due.has(requestId) && !Number.isNaN(at)) this.#due.set(requestId, at);
  }

  isOpen(requestId: string): boolean {
    return this.#open.has(requestId);
  }

  /** Place of a long reply in the payload store. */
  replyReference(requestId: string): string | undefined {
    const outcome = this.#find(requestId)?.outcome;
    return outcome?.state === 'replied' ? outcome.dataref : undefined;
  }

  /** Removes the record of a request. */
  forget(requestId: string): void {
    this.#records.delete(requestId);
    this.#open.delete(requestId);
    this.#untold.delete(requestId);
    this.#due.delete(requestId);
  }

  #find(requestId: string): PendingRecord | undefined {
    const text = this.#records.get(requestId);
    if (text === undefined) return undefined;
    const record = JSON.parse(text) as PendingRecord;
    return this.#spoilt.has(requestId) ? checkRecord(record) : record;
  }

  #put(record: PendingRecord): PendingRecord {
    const text = itemText(record);
    this.#records.set(record.requestId, text);
    if (record.outcome) this.#open.delete(record.requestId);
    else this.#open.add(record.requestId);
    if (record.untold) this.#untold.add(record.requestId);
    else this.#untold.delete(record.requestId);
    if (record.outcome && !record.untold) this.#due.delete(record.requestId);
    else this.#due.set(record.requestId, Date.parse(record.deadline));
    return JSON.parse(text) as PendingRecord;
  }
}

function iso(time: string): string {
  return new Date(time).toISOString();
}

function asSeen(existing: PendingRecord, seen: PendingRecord): boolean {
  return (existing.step ?? 0) === (seen.step ?? 0) && existing.deadline === iso(seen.deadline);
}
