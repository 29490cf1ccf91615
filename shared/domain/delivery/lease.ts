import { cutText } from '../base/cut-text.js';
import {
  isSettled,
  type Cancellation,
  type CancelResult,
  type DeliveryKey,
  type DeliveryRecord,
  type LeaseResult,
  type MessageFacts,
  type NotedProgress,
  type Outcome,
  type Unsent,
} from './delivery.js';
import type { ErrorSummary } from '../base/errors.js';
import type { LeaseRequest } from './delivery-store.js';
import { areOfOneProcess } from './lease-owner.js';

/** Characters of an error's message in a delivery's item; dead letters keep it whole. */
const MESSAGE_LENGTH = 2_000;

/** Result of a decision, and the record to store when it changes one. */
export interface LeaseTransition<Result> {
  readonly result: Result;
  readonly record?: DeliveryRecord;
}

/**
 * Decides whether a receiver may work on a delivery:
 *
 * - Without a record, or after a lease that was given back, it is `leased`, and the try counts.
 * - While another lease runs, it is `busy`.
 * - After a lease that ended without an outcome it is `suspect`: its handler may have killed the process. A caller that
 *   runs it alone gets a lease. The try of the dead lease stays counted only if that lease ran alone too, in another process.
 * - A settled delivery stays `settled`.
 *
 * A store's client that did not hear the answer repeats its request, and gets the lease that it already has.
 *
 * @param tombstone a cancellation that came before any delivery; one that came later stands in `existing`
 */
export function decideLease(
  existing: DeliveryRecord | undefined,
  key: DeliveryKey,
  facts: MessageFacts,
  request: LeaseRequest,
  tombstone?: Cancellation,
): LeaseTransition<LeaseResult> {
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
  const tries = triesAfter(existing, request.owner);
  const record: Writable<DeliveryRecord> = {
    correlationId: key.correlationId,
    messageId: key.messageId,
    origin: key.origin,
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
 * may have killed the process. It does not count either when its process asks for the new lease: the handler killed
 * nobody, and only the store did not take the lease back.
 */
export function triesAfter(
  existing: Pick<DeliveryRecord, 'state' | 'tries' | 'alone' | 'owner'> | undefined,
  owner: string,
): number {
  if (!existing) return 1;
  const isFree = existing.state === 'leased' && (existing.alone !== true || areOfOneProcess(existing.owner, owner));
  return isFree ? Math.max(1, existing.tries) : existing.tries + 1;
}

/** Decides an outcome that the owner of the lease writes. The lease may have run out, as long as no other receiver took it. */
export function decideSettle(
  existing: DeliveryRecord | undefined,
  owner: string,
  outcome: Outcome,
): LeaseTransition<'stored' | 'lost'> {
  if (!existing || !holds(existing, owner)) {
    return { result: existing?.owner === owner && isOutcome(existing, outcome) ? 'stored' : 'lost' };
  }
  return { result: 'stored', record: withOutcome(existing, existing.facts, outcome, owner) };
}

/** Decides the return of a lease after a failed try. */
export function decideRelease(
  existing: DeliveryRecord | undefined,
  owner: string,
  error: ErrorSummary,
  at: number,
): LeaseTransition<'stored' | 'lost'> {
  if (!existing || !holds(existing, owner)) {
    const repeated = existing?.state === 'retrying' && existing.owner === owner && existing.updated === iso(at);
    return { result: repeated ? 'stored' : 'lost' };
  }
  const { leasedUntil: _leasedUntil, ...rest } = existing;
  return { result: 'stored', record: { ...rest, state: 'retrying', error: bounded(error), updated: iso(at) } };
}

/** Decides the return of a lease whose try does not count. */
export function decideGiveBack(
  existing: DeliveryRecord | undefined,
  owner: string,
  error: ErrorSummary,
  at: number,
): LeaseTransition<'stored' | 'lost'> {
  const { result, record } = decideRelease(existing, owner, error, at);
  return record ? { result, record: { ...record, tries: record.tries - 1 } } : { result };
}

/** Decides an outcome without a lease. The tries of the record stay; the try of a lease that had died stays counted. */
export function decideUnleased(
  existing: DeliveryRecord | undefined,
  key: DeliveryKey,
  facts: MessageFacts,
  outcome: Outcome,
  tombstone?: Cancellation,
): LeaseTransition<'stored' | DeliveryRecord> {
  if (existing && isSettled(existing.state)) {
    return { result: existing.owner === undefined && isOutcome(existing, outcome) ? 'stored' : existing };
  }
  if (existing?.state === 'leased' && Date.parse(existing.leasedUntil ?? '') > outcome.at) return { result: existing };
  const { correlationId, messageId, origin, receiver } = key;
  const blank = { correlationId, messageId, origin, receiver, facts, tries: 0, firstReceived: iso(outcome.at) };
  const record = withOutcome(existing ?? blank, facts, outcome);
  if (!existing && tombstone !== undefined) record.cancelled = tombstone;
  return { result: 'stored', record };
}

/** Decides a note of progress by the owner of the lease. */
export function decideProgress(
  existing: DeliveryRecord | undefined,
  owner: string,
  progress: NotedProgress,
): LeaseTransition<'stored' | 'lost' | 'cancelled'> {
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
): LeaseTransition<'renewed' | 'lost' | 'cancelled'> {
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
): LeaseTransition<CancelResult> & { readonly tombstone?: Cancellation } {
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
): LeaseTransition<'reopened' | 'not-dead'> {
  if (!existing) return { result: 'not-dead' };
  if (existing.state !== 'dead-lettered')
    return { result: awaitsRedrive(existing, deadLetter) ? 'reopened' : 'not-dead' };
  const { correlationId, messageId, origin, receiver, facts, error, firstReceived, redrives = 0 } = existing;
  return {
    result: 'reopened',
    record: {
      ...{ correlationId, messageId, origin, receiver, facts, firstReceived },
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

/** Decides the note that the messages of an outcome wait to be sent. */
export function decideUnsent(existing: DeliveryRecord | undefined, unsent: Unsent): LeaseTransition<void> {
  const waits = existing !== undefined && isSettled(existing.state) && existing.state !== 'dead-lettered';
  if (!waits || existing.sent !== undefined) return { result: undefined };
  return { result: undefined, record: { ...existing, unsent } };
}

/** Decides the note that messages which had waited were sent. */
export function decideSent(existing: DeliveryRecord | undefined, at: number): LeaseTransition<void> {
  if (existing?.unsent === undefined) return { result: undefined };
  const { unsent: _unsent, ...rest } = existing;
  return { result: undefined, record: { ...rest, sent: iso(at) } };
}

/** True for a delivery that was redriven and of which no copy has come since. */
export function awaitsRedrive(record: DeliveryRecord, deadLetter: string): boolean {
  return record.state === 'retrying' && record.tries === 0 && record.lastDeadLetter === deadLetter;
}

/**
 * True when a record already holds this very outcome: the write is a repetition of itself. The messages count too, so
 * that a process which was frozen over an outcome of its own never sends them in place of those that are stored.
 */
export function isOutcome(record: DeliveryRecord, outcome: Outcome): boolean {
  return (
    record.state === outcome.state &&
    record.copy === outcome.copy &&
    record.updated === iso(outcome.at) &&
    record.emissionsRef === outcome.emissionsRef &&
    record.emissions.length === outcome.emissions.length &&
    record.emissions.every(({ id }, index) => id === outcome.emissions[index]?.id)
  );
}

/** Cuts an error's message to {@link MESSAGE_LENGTH} characters: it can quote a whole payload. */
export function bounded(error: ErrorSummary): ErrorSummary {
  return error.message.length <= MESSAGE_LENGTH ? error : { ...error, message: cutText(error.message, MESSAGE_LENGTH) };
}

function holds(record: DeliveryRecord, owner: string): boolean {
  return record.state === 'leased' && record.owner === owner;
}

/**
 * The record of a delivery with its outcome.
 * @param owner of the lease under which it was written; without one the outcome has no lease
 */
function withOutcome(
  record: Omit<DeliveryRecord, 'state' | 'emissions' | 'updated'>,
  facts: MessageFacts,
  outcome: Outcome,
  owner?: string,
): Writable<DeliveryRecord> {
  const { correlationId, messageId, origin, receiver, tries, alone, firstReceived } = record;
  const { state, copy, emissions } = outcome;
  const updated = iso(outcome.at);
  // Fields are set one by one, as in `decideLease`: every delivery comes through here. The lease and the last error end
  // with the outcome and are left out. What nearly all outcomes have is set at once: V8 keeps fields that come later apart.
  const settled: Writable<DeliveryRecord> =
    owner !== undefined && alone !== undefined
      ? {
          correlationId,
          messageId,
          origin,
          receiver,
          facts,
          state,
          tries,
          copy,
          emissions,
          firstReceived,
          updated,
          owner,
          alone,
        }
      : { correlationId, messageId, origin, receiver, facts, state, tries, copy, emissions, firstReceived, updated };
  if (owner !== undefined) settled.owner = owner;
  if (alone !== undefined) settled.alone = alone;
  if (record.progress !== undefined) settled.progress = record.progress;
  if (record.cancelled !== undefined) settled.cancelled = record.cancelled;
  if (record.redrives !== undefined) settled.redrives = record.redrives;
  if (record.lastDeadLetter !== undefined) settled.lastDeadLetter = record.lastDeadLetter;
  if (outcome.emissionsRef !== undefined) settled.emissionsRef = outcome.emissionsRef;
  else if (record.emissionsRef !== undefined) settled.emissionsRef = record.emissionsRef;
  if (outcome.error !== undefined) settled.error = bounded(outcome.error);
  return settled;
}

let latest = { time: Number.NaN, text: '' };
let before = latest;

/** A time as ISO 8601. The copies of a batch have the same two times, now and the end of their leases: each is formatted once. */
function iso(time: number): string {
  if (time === latest.time) return latest.text;
  if (time === before.time) return before.text;
  before = latest;
  latest = { time, text: new Date(time).toISOString() };
  return latest.text;
}
