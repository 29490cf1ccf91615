import { cutText } from '../base/cut-text.js';

/** Place of a breaker: an agent has one for each name that its handlers guard calls by. */
export interface BreakerKey {
  /** Agent whose handlers make the calls. */
  readonly agent: string;
  /** Name of the guard. */
  readonly name: string;
}

/** State of a breaker: calls are made, none is made, or one is tried. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** A breaker as all processes of its agent share it. Times are ISO 8601. */
export interface BreakerRecord extends BreakerKey {
  /** State of the breaker. */
  readonly state: BreakerState;
  /** Number of its writes: each is made on the one before. */
  readonly version: number;
  /** Number of its changes of state. The end of a call counts in the turn that it was begun in. */
  readonly turn: number;
  /** Token of whoever made the last write, by which a repeated write is known. */
  readonly writer: string;
  /** Instant of the last change of state. */
  readonly since: string;
  /** Consecutive failures, over all processes. */
  readonly failures: number;
  /** Instant of the last failure. */
  readonly lastFailure?: string;
  /** Text of the last failure. */
  readonly error?: string;
  /** While it is open: instant from which a call is tried. Absent when a person opened it: it waits to be reset. */
  readonly until?: string;
  /** While it is half-open: the call that is tried. Absent after one that ended without a verdict. */
  readonly probe?: Probe;
  /** Person or program that opened it, and the reason. */
  readonly tripped?: { readonly by: string; readonly why: string };
}

/** The one call that a half-open breaker lets through. */
export interface Probe {
  /** Token of the call. */
  readonly owner: string;
  /** Instant at which its process has ended, or has given it up. */
  readonly until: string;
}

/** Settings of a breaker. */
export interface BreakerSettings {
  /** Consecutive failures that open it. */
  readonly failureThreshold: number;
  /** Time from its opening until a call is tried, milliseconds. */
  readonly recoveryMs: number;
}

/** Call that wants to pass. Times are milliseconds since 1970. */
export interface WantedCall {
  /** Token that only this call has. */
  readonly owner: string;
  /** Present instant. */
  readonly now: number;
  /** Instant at which the call has ended in any case. */
  readonly until: number;
}

/** Decision on a call. */
export type Admission =
  /** It is made. */
  | { readonly kind: 'call'; readonly turn: number }
  /** It is tried, once `next` is written. */
  | { readonly kind: 'probe'; readonly next: BreakerRecord }
  /** It is not made for so many milliseconds; undefined when only a person closes the breaker. */
  | { readonly kind: 'wait'; readonly ms: number | undefined };

/** A call that was made. */
export interface MadeCall {
  /** Its token. */
  readonly owner: string;
  /** Turn in which it began; undefined for the one that was tried. */
  readonly turn: number | undefined;
  /** Instant of the last success that its process knows of, milliseconds since 1970. */
  readonly lastSuccess?: number | undefined;
}

/** End of a call: the other side answered, failed with an error, or nobody knows (the call was given up for another reason). */
export type CallEnd =
  { readonly kind: 'success' } | { readonly kind: 'failure'; readonly error: string } | { readonly kind: 'unknown' };

/** Longest text of an error in a breaker, characters. */
const ERROR_LENGTH = 500;

/** Time after which a call that finds another one being tried comes again, milliseconds. */
export const PROBE_WAIT_MS = 5_000;

/** A breaker that nobody has used yet. */
export function newBreaker({ agent, name }: BreakerKey, writer: string, now: number): BreakerRecord {
  return { agent, name, state: 'closed', version: 1, turn: 0, writer, since: iso(now), failures: 0 };
}

/**
 * Decides on a call. A closed breaker lets it pass, an open one does not. From `until` on, one call is tried: whoever writes `next` on the
 * version that was seen. When the one that was tried is over without a verdict, another one takes its place.
 */
export function admit(seen: BreakerRecord, { owner, now, until }: WantedCall): Admission {
  if (seen.state === 'closed') return { kind: 'call', turn: seen.turn };
  const probe = { owner, until: iso(until) };
  if (seen.state === 'open') {
    if (seen.until === undefined) return { kind: 'wait', ms: undefined };
    const left = Date.parse(seen.until) - now;
    if (left > 0) return { kind: 'wait', ms: left };
    const { until: _until, ...rest } = seen;
    return { kind: 'probe', next: turned({ ...rest, probe }, 'half-open', owner, now) };
  }
  const left = seen.probe ? Date.parse(seen.probe.until) - now : 0;
  if (left > 0) return { kind: 'wait', ms: Math.min(left, PROBE_WAIT_MS) };
  return { kind: 'probe', next: written({ ...seen, probe }, owner) };
}

/**
 * The breaker after the end of a call; undefined when nothing changes. The call that is tried closes or opens it. Of other calls the
 * failures count until one succeeds; the end of a call that was begun before the last change of state says nothing.
 */
export function afterCall(
  seen: BreakerRecord,
  call: MadeCall,
  end: CallEnd,
  at: { readonly now: number; readonly settings: BreakerSettings },
): BreakerRecord | undefined {
  if (call.turn === undefined) return afterProbe(seen, call, end, at);
  if (seen.state !== 'closed' || seen.turn !== call.turn || end.kind === 'unknown') return undefined;
  if (end.kind === 'success') return seen.failures === 0 ? undefined : written({ ...seen, failures: 0 }, call.owner);
  // A success in between may not have been written: its process did not know that there was a failure to be forgotten.
  const isBroken = (call.lastSuccess ?? -Infinity) > Date.parse(seen.lastFailure ?? seen.since);
  const failures = isBroken ? 1 : seen.failures + 1;
  const failed = { ...seen, failures, ...failureOf(end.error, at.now) };
  return failures < at.settings.failureThreshold ? written(failed, call.owner) : opened(failed, call.owner, at);
}

function afterProbe(
  seen: BreakerRecord,
  { owner }: MadeCall,
  end: CallEnd,
  at: { readonly now: number; readonly settings: BreakerSettings },
): BreakerRecord | undefined {
  if (seen.state !== 'half-open' || seen.probe?.owner !== owner) return undefined;
  const { probe: _probe, ...rest } = seen;
  switch (end.kind) {
    case 'unknown':
      return written(rest, owner);
    case 'success':
      return turned({ ...rest, failures: 0 }, 'closed', owner, at.now);
    case 'failure':
      return opened({ ...rest, failures: seen.failures + 1, ...failureOf(end.error, at.now) }, owner, at);
  }
}

/** The breaker as a person opens it, until it is reset. @returns undefined when one has done so already */
export function tripped(
  seen: BreakerRecord,
  by: NonNullable<BreakerRecord['tripped']>,
  writer: string,
  now: number,
): BreakerRecord | undefined {
  if (seen.state === 'open' && seen.tripped !== undefined) return undefined;
  const { until: _until, probe: _probe, ...rest } = seen;
  return turned({ ...rest, tripped: { by: by.by, why: by.why } }, 'open', writer, now);
}

/** The breaker as a person closes it. @returns undefined when it is closed, and no failure counts */
export function reset(seen: BreakerRecord, writer: string, now: number): BreakerRecord | undefined {
  if (seen.state === 'closed') return seen.failures === 0 ? undefined : written({ ...seen, failures: 0 }, writer);
  const { until: _until, probe: _probe, tripped: _tripped, ...rest } = seen;
  return turned({ ...rest, failures: 0 }, 'closed', writer, now);
}

function opened(
  record: BreakerRecord,
  writer: string,
  { now, settings }: { readonly now: number; readonly settings: BreakerSettings },
): BreakerRecord {
  return turned({ ...record, until: iso(now + settings.recoveryMs) }, 'open', writer, now);
}

function turned(record: BreakerRecord, state: BreakerState, writer: string, now: number): BreakerRecord {
  return written({ ...record, state, turn: record.turn + 1, since: iso(now) }, writer);
}

function written(record: BreakerRecord, writer: string): BreakerRecord {
  return { ...record, version: record.version + 1, writer };
}

function failureOf(error: string, now: number): Pick<BreakerRecord, 'error' | 'lastFailure'> {
  return { error: cutText(error.split('\n')[0] ?? '', ERROR_LENGTH), lastFailure: iso(now) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
