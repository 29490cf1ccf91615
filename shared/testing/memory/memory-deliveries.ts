import type {
  Cancellation,
  CancelResult,
  DeliveryKey,
  DeliveryRecord,
  DeliveryStanding,
  LeaseResult,
  MessageFacts,
  Outcome,
  NotedProgress,
  Unsent,
} from '../../domain/delivery/delivery.js';
import type { ErrorSummary } from '../../domain/base/errors.js';
import {
  decideCancel,
  decideGiveBack,
  decideLease,
  decideProgress,
  decideRelease,
  decideRenew,
  decideReopen,
  decideSent,
  decideSettle,
  decideUnleased,
  decideUnsent,
  type LeaseTransition,
} from '../../domain/delivery/lease.js';
import type { CountedKey, DeliveryStore, LeaseRequest } from '../../domain/delivery/delivery-store.js';
import { readOrPass } from '../../domain/form/passed-over.js';
import { jsonCopy } from './json-copy.js';
import type { DeliveryEntry, MemoryLedger } from './memory-ledger.js';

/** Deliveries in memory: the rules of `shared/domain/delivery/lease.ts`, each decided and written in one step. */
export class MemoryDeliveries implements DeliveryStore {
  readonly #ledger: MemoryLedger;
  /** Cancellations that came before their delivery. */
  readonly #tombstones = new Map<string, Cancellation>();
  readonly #counts = new Map<string, number>();
  /** Deliveries whose messages wait to be sent. */
  readonly #unsent = new Map<string, DeliveryKey>();

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger;
  }

  async lease(key: DeliveryKey, facts: MessageFacts, request: LeaseRequest): Promise<LeaseResult> {
    const entry = this.#ledger.peekEntry(key);
    const result = this.#keep(key, decideLease(entry?.delivery, key, facts, request, this.#tombstone(key)), entry);
    // What says only how it stands was made for the caller, and holds no part of a record.
    return result.kind === 'settled' || result.kind === 'cancelled' ? jsonCopy(result) : result;
  }

  async settle(key: DeliveryKey, owner: string, outcome: Outcome): Promise<'stored' | 'lost'> {
    const entry = this.#ledger.peekEntry(key);
    const existing = entry?.delivery;
    return this.#keep(key, decideSettle(existing, owner, outcome), entry);
  }

  async release(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'> {
    return this.#apply(key, (existing) => decideRelease(existing, owner, error, at));
  }

  async giveBack(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'> {
    return this.#apply(key, (existing) => decideGiveBack(existing, owner, error, at));
  }

  async settleUnleased(key: DeliveryKey, facts: MessageFacts, outcome: Outcome): Promise<'stored' | DeliveryRecord> {
    return jsonCopy(
      this.#apply(key, (existing) => decideUnleased(existing, key, facts, outcome, this.#tombstone(key))),
    );
  }

  async progress(key: DeliveryKey, owner: string, progress: NotedProgress): Promise<'stored' | 'lost' | 'cancelled'> {
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

  async countConversation({ correlationId, receiver }: CountedKey, deliveries: number): Promise<number> {
    const counted = `${receiver}#${correlationId}`;
    const count = (this.#counts.get(counted) ?? 0) + deliveries;
    this.#counts.set(counted, count);
    return Promise.resolve(count);
  }

  async reopen(key: DeliveryKey, deadLetter: string, at: number): Promise<'reopened' | 'not-dead'> {
    return this.#apply(key, (existing) => decideReopen(existing, deadLetter, at));
  }

  async standings(keys: readonly DeliveryKey[]): Promise<readonly (DeliveryStanding | 'unreadable' | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.#readOrPass(key, 'unreadable')));
  }

  async noteUnsent(key: DeliveryKey, unsent: Unsent): Promise<void> {
    this.#apply(key, (existing) => decideUnsent(existing, unsent));
    return Promise.resolve();
  }

  async noteSent(key: DeliveryKey, at: number): Promise<void> {
    this.#apply(key, (existing) => decideSent(existing, at));
    return Promise.resolve();
  }

  async *unsent(after: number, until: number): AsyncGenerator<DeliveryRecord> {
    const found = [...this.#unsent.values()].flatMap((key) => jsonCopy(this.#readOrPass(key, undefined)) ?? []);
    const due = found.filter(({ unsent }) => {
      const at = unsent === undefined ? Number.NaN : Date.parse(unsent.due);
      return at > after && at <= until;
    });
    yield* await Promise.resolve(due.sort((a, b) => ((a.unsent?.due ?? '') < (b.unsent?.due ?? '') ? -1 : 1)));
  }

  async get(key: DeliveryKey): Promise<DeliveryRecord | undefined> {
    return Promise.resolve(jsonCopy(this.#ledger.peekDelivery(key)));
  }

  /** Removes what is counted of a conversation; its deliveries are the ledger's. */
  forget(correlationId: string): void {
    this.#counts.delete(correlationId);
  }

  /** A delivery as it is kept; `otherwise` for one that cannot be read, which is passed over. */
  #readOrPass<Otherwise>(key: DeliveryKey, otherwise: Otherwise): DeliveryRecord | Otherwise | undefined {
    const found = readOrPass(
      key,
      (one) => ({ delivery: this.#ledger.peekDelivery(one) }),
      ({ correlationId, messageId, receiver }) => ({
        kind: 'ledger row',
        where: `${correlationId} d#${messageId}#${receiver}`,
      }),
      this.#ledger.unreadable,
    );
    return found === undefined ? otherwise : found.delivery;
  }

  #tombstone(key: DeliveryKey): Cancellation | undefined {
    return this.#tombstones.size === 0 ? undefined : this.#tombstones.get(idOf(key));
  }

  /** The rules change no record. What leaves this class of a record that is kept must be a copy of it. */
  #apply<Result>(key: DeliveryKey, decide: (existing: DeliveryRecord | undefined) => LeaseTransition<Result>): Result {
    const entry = this.#ledger.peekEntry(key);
    return this.#keep(key, decide(entry?.delivery), entry);
  }

  #keep<Result>(
    key: DeliveryKey,
    { result, record }: LeaseTransition<Result>,
    entry: DeliveryEntry | undefined,
  ): Result {
    if (record) {
      // From here on the delivery says itself that it is cancelled.
      if (this.#tombstones.size > 0) this.#tombstones.delete(idOf(key));
      if (record.unsent !== undefined) this.#unsent.set(idOf(key), key);
      else if (this.#unsent.size > 0) this.#unsent.delete(idOf(key));
      this.#ledger.keepDelivery(isOurs(record) ? record : jsonCopy(record), entry);
    }
    return result;
  }
}

/**
 * True when only the rules have made the record, so that nobody else holds a part of it. One with parts from a handler or an operator
 * is copied before it is kept.
 */
function isOurs({ emissions, error, progress, cancelled, unsent }: DeliveryRecord): boolean {
  const hasGiven = error ?? progress ?? cancelled ?? unsent;
  return emissions.length === 0 && hasGiven === undefined;
}

function idOf({ correlationId, messageId, receiver }: DeliveryKey): string {
  return JSON.stringify([correlationId, messageId, receiver]);
}
