import {
  admit,
  afterCall,
  newBreaker,
  type BreakerKey,
  type BreakerRecord,
  type BreakerSettings,
  type CallEnd,
  type MadeCall,
} from '../../domain/breaker/breaker.js';
import { milliseconds } from '../../domain/base/duration.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { visibleText } from '../../domain/base/visible-text.js';
import type { Ports } from '../../domain/ports.js';
import type { GuardOptions, Log } from '../context.js';
import { ownStore, troubleOf, waiting } from '../store-trouble.js';
import { isFresh, type SeenBreaker } from './seen-breaker.js';

/** Call of something outside, with the name and the options of its guard. */
export interface GuardedCall<Result> {
  readonly name: string;
  readonly call: (signal: AbortSignal) => Result | Promise<Result>;
  readonly options: GuardOptions;
}

/** Handling that makes the call, and what its process knows. */
export interface GuardedHandling extends Pick<Ports, 'breakers' | 'clock'> {
  /** Agent that handles. */
  readonly agent: string;
  /** Breakers that the process has seen, by name. */
  readonly seen: Map<string, SeenBreaker>;
  /** Makes a token that no other call has. */
  readonly newOwner: () => string;
  /** Instant at which the handling ends, milliseconds since 1970. */
  readonly until: number;
  /** Aborts when the handling is stopped. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Breaker of one call, and what it works with. */
interface Guard extends GuardedHandling {
  readonly key: BreakerKey;
  readonly settings: BreakerSettings;
}

export const DEFAULT_FAILURE_THRESHOLD = 5;
export const DEFAULT_RECOVERY_MS = 60_000;
const MOST_FAILURES = 1_000;
const LEAST_RECOVERY_MS = 1_000;
const LONGEST_RECOVERY_MS = 3_600_000;
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Time beyond the end of a handling after which its call is taken for over, milliseconds: the clocks of two processes differ. */
export const PROBE_MARGIN_MS = 5_000;

/** Writes at most of one decision, each of which met that of another process. */
const MOST_MEETINGS = 20;

/**
 * Makes a call if its breaker lets it, and notes how it ended. A breaker that stays closed costs a read every few seconds for each
 * process, and a write for each failure.
 * @throws the error of the call; LanewayError CIRCUIT_OPEN, INVALID_OPTION, UNAVAILABLE of the store
 */
export async function guardedCall<Result>(
  { name, call, options }: GuardedCall<Result>,
  handling: GuardedHandling,
): Promise<Result> {
  const guard: Guard = { ...handling, settings: settingsOf(name, options), key: { agent: handling.agent, name } };
  const made = await enter(guard);
  let result: Result;
  try {
    result = await untilStopped(call, guard.signal);
  } catch (error) {
    const end = endOf(error, guard.signal);
    // A message is not worn out by being the one that is tried: an outage may last longer than it has tries.
    if (made.turn === undefined && end.kind === 'failure' && error instanceof Error)
      waiting(error, { pause: guard.settings.recoveryMs });
    await leave(guard, made, end);
    throw error;
  }
  await leave(guard, made, { kind: 'success' });
  return result;
}

/** @throws LanewayError INVALID_OPTION, INVALID_DURATION */
function settingsOf(name: string, { failureThreshold, recoveryTimeout }: GuardOptions): BreakerSettings {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new LanewayError('INVALID_OPTION', `the name of a guard is '${visibleText(String(name))}'`, {
      help: ['allowed: 1 to 63 small letters, digits and -, the first a letter; such as the name of what is called'],
    });
  const threshold = failureThreshold ?? DEFAULT_FAILURE_THRESHOLD;
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > MOST_FAILURES)
    throw new LanewayError('INVALID_OPTION', `failureThreshold of the guard '${name}' is ${String(threshold)}`, {
      help: [`allowed: a whole number from 1 to ${MOST_FAILURES}`],
    });
  const recoveryMs = recoveryTimeout === undefined ? DEFAULT_RECOVERY_MS : milliseconds(recoveryTimeout);
  if (recoveryMs < LEAST_RECOVERY_MS || recoveryMs > LONGEST_RECOVERY_MS)
    throw new LanewayError('INVALID_OPTION', `recoveryTimeout of the guard '${name}' is '${String(recoveryTimeout)}'`, {
      help: ['allowed: 1 second to 1 hour'],
    });
  return { failureThreshold: threshold, recoveryMs };
}

/** Asks the breaker for a call. @throws LanewayError CIRCUIT_OPEN; UNAVAILABLE of the store, with which the message waits too */
async function enter(guard: Guard): Promise<MadeCall> {
  const { key, settings, breakers, clock } = guard;
  const owner = guard.newOwner();
  const known = guard.seen.get(key.name);
  const lastSuccess = known?.lastSuccess;
  let seen = known && isFresh(known, settings, clock.now()) ? known.record : await read(guard);
  for (let meeting = 0; meeting < MOST_MEETINGS; meeting++) {
    const now = clock.now();
    if (seen) see(guard, seen);
    // It is written when it is first used, so that operators find it before it has ever failed.
    const decision = seen ? admit(seen, { owner, now, until: guard.until + PROBE_MARGIN_MS }) : undefined;
    if (decision?.kind === 'call') return { owner, turn: decision.turn, lastSuccess };
    if (seen && decision?.kind === 'wait') throw openError(seen, decision.ms);
    const next: BreakerRecord = decision?.kind === 'probe' ? decision.next : newBreaker(key, owner, now);
    const answer = await ownStore(breakers.put(next));
    seen = answer.kind === 'stored' ? next : answer.standing;
    if (answer.kind !== 'stored' || decision === undefined) continue;
    see(guard, next);
    return { owner, turn: undefined };
  }
  throw waiting(new LanewayError('UNAVAILABLE', `breaker '${key.name}' is being written by others`), {});
}

/** Reads a breaker. One that cannot be read is no fault of the message either: it waits until somebody has looked at it. */
function read({ key, breakers }: Guard): Promise<BreakerRecord | undefined> {
  const reading = breakers.get(key).catch((cause: unknown) => {
    if (!(cause instanceof LanewayError) || cause.code !== 'UNREADABLE') throw cause;
    throw new LanewayError('UNREADABLE', cause.message, { cause, retryable: true });
  });
  return ownStore(reading);
}

/**
 * Notes the end of a call. What cannot be noted is logged only: the call was made, and its result counts. A breaker whose try was not
 * noted tries another call when this one's time is over.
 */
async function leave(guard: Guard, call: MadeCall, end: CallEnd): Promise<void> {
  const { key, settings, breakers, clock, log } = guard;
  const known = guard.seen.get(key.name);
  if (end.kind === 'success' && known) guard.seen.set(key.name, { ...known, lastSuccess: clock.now() });
  let seen = known?.record;
  try {
    for (let meeting = 0; seen && meeting < MOST_MEETINGS; meeting++) {
      const next = afterCall(seen, call, end, { now: clock.now(), settings });
      if (next === undefined) return;
      const before = seen;
      const answer = await breakers.put(next);
      seen = answer.kind === 'stored' ? next : answer.standing;
      if (seen) see(guard, seen);
      if (answer.kind === 'other') continue;
      if (next.turn !== before.turn) log.warn('a breaker has changed', { guard: key.name, state: next.state });
      return;
    }
  } catch (error) {
    log.warn('the end of a guarded call could not be noted', { guard: key.name, error: summarizeError(error).message });
  }
}

function see({ key, seen, clock }: Guard, record: BreakerRecord): void {
  const known = seen.get(key.name);
  // What was seen before and has not changed is as old as it was.
  if (known?.record === record) return;
  seen.set(key.name, { record, at: clock.now(), lastSuccess: known?.lastSuccess });
}

function openError(seen: BreakerRecord, ms: number | undefined): LanewayError {
  const { agent, name, state, since, error, tripped } = seen;
  const why = tripped ? `${tripped.by} opened it: ${tripped.why}` : `last failure: ${error ?? 'none'}`;
  const when = ms === undefined ? 'until it is reset' : `for ${ms} ms`;
  return waiting(
    new LanewayError('CIRCUIT_OPEN', `the breaker '${name}' is ${state} since ${since}: no call ${when} (${why})`, {
      help: [`see: laneway breakers list; close it: laneway breakers reset ${agent} ${name} --why ...`],
    }),
    { pause: ms },
  );
}

/** Makes a call, and ends it with the signal, whatever the other side does. */
async function untilStopped<Result>(call: GuardedCall<Result>['call'], signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([Promise.resolve(signal).then(call), stopped]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** The meaning of an error for the breaker: an answer, a failure, or nothing, when the handling was stopped for another reason. */
function endOf(error: unknown, signal: AbortSignal): CallEnd {
  const { code, message, retryable } = summarizeError(error);
  if (signal.aborted && error === signal.reason)
    return code === 'HANDLER' ? { kind: 'failure', error: message } : { kind: 'unknown' };
  // A guard within it, or a store of ours, kept the call from being made.
  if (troubleOf(error)) return { kind: 'unknown' };
  return retryable ? { kind: 'failure', error: message } : { kind: 'success' };
}
