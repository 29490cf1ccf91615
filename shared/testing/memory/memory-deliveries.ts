import type {
  Cancellation,
  CancelResult,
  DeliveryKey,
  DeliveryRecord,
  LeaseResult,
  MessageFacts,
  Outcome,
} from '../../domain/delivery/delivery.js';
import type { ErrorSummary } from '../../domain/base/errors.js';
import {
  decideCancel,
  decideLease,
  decideProgress,
  decideRelease,
  decideRenew,
  decideReopen,
  decideSettle,
  decideUnleased,
  type Decision,
} from '../../domain/delivery/lease.js';
import type { DeliveryStore, LeaseRequest } from '../../domain/delivery/delivery-store.js';
import { jsonCopy } from './json-copy.js';
import type { MemoryLedger } from './memory-ledger.js';

/** Deliveries in memory: the rules of `shared/domain/delivery/lease.ts`, each decided and written in one step. */
export class MemoryDeliveries implements DeliveryStore {
  readonly #ledger: MemoryLedger;
  /** Cancellations that came before their delivery. */
  readonly #tombstones = new Map<string, Cancellation>();
  readonly #counts = new Map<string, number>();

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger;
  }

  async lease(key: DeliveryKey, facts: MessageFacts, request: LeaseRequest): Promise<LeaseResult> {
    const result = this.#apply(key, (existing) => decideLease(existing, key, facts, request, this.#tombstone(key)));
    // What says only how it stands was made for the caller, and holds no part of a record.
    return result.kind === 'settled' || result.kind === 'cancelled' ? jsonCopy(result) : result;
  }

  async settle(key: DeliveryKey, owner: string, outcome: Outcome): Promise<'stored' | 'lost'> {
    return this.#apply(key, (existing) => decideSettle(existing, owner, outcome));
  }

  async release(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'> {
    return this.#apply(key, (existing) => decideRelease(existing, owner, error, at));
  }

  async settleUnleased(key: DeliveryKey, facts: MessageFacts, outcome: Outcome): Promise<'stored' | DeliveryRecord> {
    return jsonCopy(
      this.#apply(key, (existing) => decideUnleased(existing, key, facts, outcome, this.#tombstone(key))),
    );
  }

  async progress(
    key: DeliveryKey,
    owner: string,
    progress: { fraction: number; note?: string },
  ): Promise<'stored' | 'lost' | 'cancelled'> {
    return this.#apply(key, (existing) => decideProgress(existing, owner, progress));
  }

  async renew(key: DeliveryKey, owner: string, until: number, at: number): Promise<'renewed' | 'lost' | 'cancelled'> {
    return this.#apply(key, (existing) => decideRenew(existing, owner, until, at));
  }

  async cancel(key: DeliveryKey, cancellation: Cancellation): Promise<CancelResult> {
    return jsonCopy(
      this.#apply(key, (existing) => {
        const decision = decideCancel(existing, this.#tombstone(key) ?? cancellation);
        if (decision.tombstone) this.#tombstones.set(idOf(key), decision.tombstone);
        return decision;
      }),
    );
  }

  async countConversation(correlationId: string, deliveries: number): Promise<number> {
    const count = (this.#counts.get(correlationId) ?? 0) + deliveries;
    this.#counts.set(correlationId, count);
    return Promise.resolve(count);
  }

  async reopen(key: DeliveryKey, deadLetter: string, at: number): Promise<'reopened' | 'not-dead'> {
    return this.#apply(key, (existing) => decideReopen(existing, deadLetter, at));
  }

  async get(key: DeliveryKey): Promise<DeliveryRecord | undefined> {
    return Promise.resolve(jsonCopy(this.#ledger.peekDelivery(key)));
  }

  /** Removes what is counted of a conversation; its deliveries are the ledger's. */
  forget(correlationId: string): void {
    this.#counts.delete(correlationId);
  }

  #tombstone(key: DeliveryKey): Cancellation | undefined {
    return this.#tombstones.size === 0 ? undefined : this.#tombstones.get(idOf(key));
  }

  /** The rules change no record. What leaves this class of a record that is kept must be a copy of it. */
  #apply<Result>(key: DeliveryKey, decide: (existing: DeliveryRecord | undefined) => Decision<Result>): Result {
    const { result, record } = decide(this.#ledger.peekDelivery(key));
    if (record) {
      // From here on the delivery says itself that it is cancelled.
      if (this.#tombstones.size > 0) this.#tombstones.delete(idOf(key));
      this.#ledger.keepDelivery(isOurs(record) ? record : jsonCopy(record));
    }
    return result;
  }
}

/**
 * True when only the rules have made the record, so that nobody else holds a part of it. One with parts from a handler or an operator
 * is copied before it is kept.
 */
function isOurs({ emissions, error, progress, cancelled }: DeliveryRecord): boolean {
  return emissions.length === 0 && error === undefined && progress === undefined && cancelled === undefined;
}

function idOf({ correlationId, messageId, receiver }: DeliveryKey): string {
  return JSON.stringify([correlationId, messageId, receiver]);
}
