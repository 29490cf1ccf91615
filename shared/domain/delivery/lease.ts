import {
  isSettled,
  type Cancellation,
  type CancelResult,
  type DeliveryKey,
  type DeliveryRecord,
  type LeaseResult,
  type MessageFacts,
  type Outcome,
} from './delivery.js';
import type { ErrorSummary } from '../base/errors.js';
import type { LeaseRequest } from './delivery-store.js';

/** Characters of an error's message in a delivery's item; dead letters keep it whole. */
const MESSAGE_LENGTH = 2_000;

/** Result of a decision, and the record to store when it changes one. */
export interface Decision<Result> {
  readonly result: Result;
  readonly record?: DeliveryRecord;
}

/**
 * Decides whether a receiver may work on a delivery (architecture §3.3 and §3.5). No record, or a lease given back:
 * leased, and the try counts. Leased and running: busy. Leased and over: `suspect`, unless the caller runs it alone;
 * then the dead lease's try stays counted only if that one ran alone too. Settled: never again.
 *
 * The same request repeated (a store's client that did not hear its answer) gets the lease it already has.
 *
 * @param tombstone a cancellation that came before any delivery; one that came later stands in `existing`
 */
export function decideLease(
  existing: DeliveryRecord | undefined,
  key: DeliveryKey,
  facts: MessageFacts,
  request: LeaseRequest,
  tombstone?: Cancellation,
): Decision<LeaseResult> {
  const now = iso(request.now);
  if (existing && isSettled(existing.state)) return { result: { kind: 'settled', record: existing } };
  if (existing?.state === 'leased') {
    if (existing.owner === request.owner && existing.leasedUntil === iso(request.until))
      return { result: { kind: 'leased', tries: existing.tries } };
    const until = Date.parse(existing.leasedUntil ?? existing.updated);
    if (until > request.now) return { result: { kind: 'busy', until } };
    // A cancelled delivery is not started again, so that it need not be run alone first.
    if (!request.alone && existing.cancelled === undefined) return { result: { kind: 'suspect' } };
  }
  const cancellation = existing?.cancelled ?? tombstone;
  if (cancellation) return { result: { kind: 'cancelled', cancellation } };
  const tries = triesAfter(existing);
  const record: Writable<DeliveryRecord> = {
    correlationId: key.correlationId,
    messageId: key.messageId,
    receiver: key.receiver,
    facts,
    state: 'leased',
    tries,
    owner: request.owner,
    leasedUntil: iso(request.until),
    alone: request.alone,
    emissions: [],
    firstReceived: existing?.firstReceived ?? now,
    updated: now,
  };
  // Fields are set one by one: conditional spreads would cost more than the rest of the decision.
  if (existing?.error !== undefined) record.error = existing.error;
  if (existing?.progress !== undefined) record.progress = existing.progress;
  if (existing?.redrives !== undefined) record.redrives = existing.redrives;
  if (existing?.lastDeadLetter !== undefined) record.lastDeadLetter = existing.lastDeadLetter;
  return { result: { kind: 'leased', tries }, record };
}

type Writable<Value> = { -readonly [Name in keyof Value]: Value[Name] };

/**
 * Tries that count once a new lease begins. The try of a dead lease does not count unless it ran alone, as a neighbour
 * may have killed the process.
 */
export function triesAfter(existing: Pick<DeliveryRecord, 'state' | 'tries' | 'alone'> | undefined): number {
  if (!existing) return 1;
  return existing.state === 'leased' && existing.alone !== true ? Math.max(1, existing.tries) : existing.tries + 1;
}

/** Decides an outcome that the owner of the lease writes. The lease may have run out, as long as no other receiver took it. */
export function decideSettle(
  existing: DeliveryRecord | undefined,
  owner: string,
  outcome: Outcome,
): Decision<'stored' | 'lost'> {
  if (!existing || !holds(existing, owner)) {
    return { result: existing?.owner === owner && isOutcome(existing, outcome) ? 'stored' : 'lost' };
  }
  return { result: 'stored', record: withOutcome(existing, outcome) };
}

/** Decides the return of a lease after a failed try. */
export function decideRelease(
  existing: DeliveryRecord | undefined,
  owner: string,
  error: ErrorSummary,
  at: number,
): Decision<'stored' | 'lost'> {
  if (!existing || !holds(existing, owner)) {
    const repeated = existing?.state === 'retrying' && existing.owner === owner && existing.updated === iso(at);
    return { result: repeated ? 'stored' : 'lost' };
  }
  const { leasedUntil: _leasedUntil, ...rest } = existing;
  return { result: 'stored', record: { ...rest, state: 'retrying', error: bounded(error), updated: iso(at) } };
}

/** Decides an outcome without a lease. The tries of the record stay; the try of a lease that had died stays counted. */
export function decideUnleased(
  existing: DeliveryRecord | undefined,
  key: DeliveryKey,
  facts: MessageFacts,
  outcome: Outcome,
  tombstone?: Cancellation,
): Decision<'stored' | DeliveryRecord> {
  if (existing && isSettled(existing.state)) {
    return { result: existing.owner === undefined && isOutcome(existing, outcome) ? 'stored' : existing };
  }
  if (existing?.state === 'leased' && Date.parse(existing.leasedUntil ?? '') > outcome.at) return { result: existing };
  const at = iso(outcome.at);
  const blank: DeliveryRecord = {
    ...key,
    facts,
    state: 'retrying',
    tries: 0,
    emissions: [],
    firstReceived: at,
    updated: at,
    ...(tombstone === undefined ? {} : { cancelled: tombstone }),
  };
  const { owner: _owner, ...rest } = existing ?? blank;
  return { result: 'stored', record: withOutcome({ ...rest, facts }, outcome) };
}

/** Decides a note of progress by the owner of the lease. */
export function decideProgress(
  existing: DeliveryRecord | undefined,
  owner: string,
  progress: { fraction: number; note?: string },
): Decision<'stored' | 'lost' | 'cancelled'> {
  if (!existing || !holds(existing, owner)) return { result: 'lost' };
  if (existing.cancelled) return { result: 'cancelled' };
  return { result: 'stored', record: { ...existing, progress } };
}

/**
 * Decides the renewal of a lease by its owner, so that a long handling can have short leases. The lease may have run
 * out, as long as no other receiver took it. A request that was taken back is not given more time.
 */
export function decideRenew(
  existing: DeliveryRecord | undefined,
  owner: string,
  until: number,
  at: number,
): Decision<'renewed' | 'lost' | 'cancelled'> {
  if (!existing || !holds(existing, owner)) return { result: 'lost' };
  if (existing.cancelled) return { result: 'cancelled' };
  return { result: 'renewed', record: { ...existing, leasedUntil: iso(until), updated: iso(at) } };
}

/**
 * Takes a request back. An outcome stands. Any other record is marked, and the first cancellation stays. Where no
 * delivery has come yet, the answer has a `tombstone` to store in its place; it is no entry of the ledger.
 */
export function decideCancel(
  existing: DeliveryRecord | undefined,
  cancellation: Cancellation,
): Decision<CancelResult> & { readonly tombstone?: Cancellation } {
  if (!existing) return { result: { kind: 'marked' }, tombstone: cancellation };
  if (isSettled(existing.state)) return { result: { kind: 'settled', record: existing } };
  const record = existing.cancelled ? existing : { ...existing, cancelled: cancellation };
  return { result: { kind: 'marked', record }, record };
}

/**
 * Decides the reopening of a dead-lettered delivery, so that the next copy leases it with tries counted anew. Its
 * history stays in `redrives`, `lastDeadLetter` and the last error. While no copy has come since, a repetition is
 * `reopened` as well.
 */
export function decideReopen(
  existing: DeliveryRecord | undefined,
  deadLetter: string,
  at: number,
): Decision<'reopened' | 'not-dead'> {
  if (!existing) return { result: 'not-dead' };
  if (existing.state !== 'dead-lettered')
    return { result: awaitsRedrive(existing, deadLetter) ? 'reopened' : 'not-dead' };
  const { correlationId, messageId, receiver, facts, error, firstReceived, redrives = 0 } = existing;
  return {
    result: 'reopened',
    record: {
      ...{ correlationId, messageId, receiver, facts, firstReceived },
      state: 'retrying',
      tries: 0,
      emissions: [],
      ...(error === undefined ? {} : { error }),
      updated: iso(at),
      redrives: redrives + 1,
      lastDeadLetter: deadLetter,
    },
  };
}

/** True for a delivery that was redriven and of which no copy has come since. */
export function awaitsRedrive(record: DeliveryRecord, deadLetter: string): boolean {
  return record.state === 'retrying' && record.tries === 0 && record.lastDeadLetter === deadLetter;
}

/** True when a record already holds this very outcome: the write is a repetition of itself. */
export function isOutcome(record: DeliveryRecord, outcome: Outcome): boolean {
  return record.state === outcome.state && record.copy === outcome.copy && record.updated === iso(outcome.at);
}

/** Cuts an error's message to {@link MESSAGE_LENGTH} characters: it can quote a whole payload. */
export function bounded(error: ErrorSummary): ErrorSummary {
  return error.message.length <= MESSAGE_LENGTH ? error : { ...error, message: error.message.slice(0, MESSAGE_LENGTH) };
}

function holds(record: DeliveryRecord, owner: string): boolean {
  return record.state === 'leased' && record.owner === owner;
}

function withOutcome(record: DeliveryRecord, outcome: Outcome): DeliveryRecord {
  const settled: Writable<DeliveryRecord> = {
    correlationId: record.correlationId,
    messageId: record.messageId,
    receiver: record.receiver,
    facts: record.facts,
    state: outcome.state,
    tries: record.tries,
    copy: outcome.copy,
    emissions: outcome.emissions,
    firstReceived: record.firstReceived,
    updated: iso(outcome.at),
  };
  // Fields are set one by one, as in `decideLease`: every delivery comes through here. The lease and the last error end
  // with the outcome and are left out.
  if (record.owner !== undefined) settled.owner = record.owner;
  if (record.alone !== undefined) settled.alone = record.alone;
  if (record.progress !== undefined) settled.progress = record.progress;
  if (record.cancelled !== undefined) settled.cancelled = record.cancelled;
  if (record.redrives !== undefined) settled.redrives = record.redrives;
  if (record.lastDeadLetter !== undefined) settled.lastDeadLetter = record.lastDeadLetter;
  if (outcome.emissionsRef !== undefined) settled.emissionsRef = outcome.emissionsRef;
  else if (record.emissionsRef !== undefined) settled.emissionsRef = record.emissionsRef;
  if (outcome.error !== undefined) settled.error = bounded(outcome.error);
  return settled;
}

const recentTimes = new Map<number, string>();
const MOST_RECENT = 64;

/** A time as ISO 8601. The copies of a batch have the same few times, so that each is formatted once. */
function iso(time: number): string {
  const known = recentTimes.get(time);
  if (known !== undefined) return known;
  if (recentTimes.size >= MOST_RECENT) recentTimes.clear();
  const text = new Date(time).toISOString();
  recentTimes.set(time, text);
  return text;
}
