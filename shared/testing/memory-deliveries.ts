import type { DeliveryKey, DeliveryRecord, LeaseResult, MessageFacts, Outcome } from '../domain/delivery.js';
import type { ErrorSummary } from '../domain/errors.js';
import {
  decideLease,
  decideProgress,
  decideRelease,
  decideReopen,
  decideSettle,
  decideUnleased,
  type Decision,
} from '../domain/lease.js';
import type { DeliveryStore, LeaseRequest } from '../domain/ports.js';
import type { MemoryLedger } from './memory-ledger.js';

/** Deliveries in memory: the rules of `shared/domain/lease.ts`, each decided and written in one step. */
export class MemoryDeliveries implements DeliveryStore {
  readonly #ledger: MemoryLedger;

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger;
  }

  async lease(key: DeliveryKey, facts: MessageFacts, request: LeaseRequest): Promise<LeaseResult> {
    return this.#apply(key, (existing) => decideLease(existing, key, facts, request));
  }

  async settle(key: DeliveryKey, owner: string, outcome: Outcome): Promise<'stored' | 'lost'> {
    return this.#apply(key, (existing) => decideSettle(existing, owner, outcome));
  }

  async release(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'> {
    return this.#apply(key, (existing) => decideRelease(existing, owner, error, at));
  }

  async settleUnleased(key: DeliveryKey, facts: MessageFacts, outcome: Outcome): Promise<'stored' | DeliveryRecord> {
    return this.#apply(key, (existing) => decideUnleased(existing, key, facts, outcome));
  }

  async progress(
    key: DeliveryKey,
    owner: string,
    progress: { fraction: number; note?: string },
  ): Promise<'stored' | 'lost'> {
    return this.#apply(key, (existing) => decideProgress(existing, owner, progress));
  }

  async reopen(key: DeliveryKey, deadLetter: string, at: number): Promise<'reopened' | 'not-dead'> {
    return this.#apply(key, (existing) => decideReopen(existing, deadLetter, at));
  }

  async get(key: DeliveryKey): Promise<DeliveryRecord | undefined> {
    return Promise.resolve(this.#find(key));
  }

  #find(key: DeliveryKey): DeliveryRecord | undefined {
    const entry = this.#ledger.find(key.correlationId, `d#${key.messageId}#${key.receiver}`);
    return entry?.kind === 'delivery' ? entry.delivery : undefined;
  }

  #apply<Result>(
    key: DeliveryKey,
    decide: (existing: DeliveryRecord | undefined) => Decision<Result>,
  ): Promise<Result> {
    const { result, record } = decide(this.#find(key));
    if (record) this.#ledger.put(key.correlationId, { kind: 'delivery', at: record.firstReceived, delivery: record });
    return Promise.resolve(result);
  }
}
