import { defined } from '../../domain/base/defined.js';
import { LanewayError } from '../../domain/base/errors.js';
import { attemptId } from '../../domain/request/command-key.js';
import {
  nextAttempt,
  SHORTEST_ATTEMPT_MS,
  type AttemptEnd,
  type Climb,
  type NextAttempt,
} from '../../domain/request/ladder.js';
import type { PendingMove, PendingRecord, RequestOutcome } from '../../domain/request/pending.js';
import type { Ports } from '../../domain/ports.js';
import { agentsDown } from '../../domain/registry/health.js';
import { ARMING_WINDOW_MS } from '../../domain/request/timer-queue.js';
import { climbedLadder } from '../../topology/step-ladder.js';
import { sendAttempt, tellAttemptEnd } from './send-attempt.js';
import { announceRequestEnd, type AnnounceServices } from './announce-request-end.js';

/** Ports for ending an attempt and for moving its request to the next rung of its ladder. */
export interface EscalateServices extends AnnounceServices, Pick<Ports, 'timers'> {
  /** Health of agents: one that is down is not asked while there is another. @defaultValue everybody is asked */
  readonly registry?: Pick<Ports['registry'], 'health'>;
  /** Called with the kind of each rung that a request comes to. */
  readonly countRung: (rung: string) => void;
}

/** Effect of the end of an attempt: it ended the request, moved it to its next attempt, or changed nothing (`late`). */
export type AttemptEndEffect = 'ended' | 'moved' | 'late';

/** Lost races after which the caller has to repeat the call. Each lost race means that another caller made progress. */
const MOST_RACES = 20;

/** Name of the one who ends an attempt when its time is over: the same for every timer, and for the sweeper. */
export function timerOf(record: PendingRecord): string {
  return `timer:${record.requestId}:${record.attempt}`;
}

/**
 * Ends an attempt. Its request moves on to the next rung, by one conditional write, which only one of all callers wins; where
 * no rung follows, it ends. An end of another attempt than the current one changes nothing (`late`). Order, as for the first
 * attempt: timer, where the next deadline is the earlier one, pending record, message. Repeated after it was cut off, it completes the missing parts.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function endAttempt(
  seen: PendingRecord,
  cause: AttemptEnd,
  services: EscalateServices,
): Promise<AttemptEndEffect> {
  const { clock, pending } = services;
  let record = seen;
  for (let race = 0; race < MOST_RACES; race++) {
    if (record.outcome) {
      if (record.outcome.by !== cause.by) return 'late';
      await announceRequestEnd(record, record.outcome, services);
      return 'ended';
    }
    record = await carryOut(record, services);
    // This end moved the request before and is heard again. The step that was decided then has been completed now.
    if (!record.outcome && record.climb?.cause?.by === cause.by) return 'moved';
    if (record.outcome || !concerns(record, cause, clock.now())) {
      if (record.outcome?.by === cause.by) continue;
      return 'late';
    }
    const { climb } = record;
    const next = climb && (await nextFor(record, climb, cause, services));
    if (climb && next) {
      const moved = await move(record, { climb, next, cause }, services);
      if (moved === 'gone') return 'late';
      if (moved.moved) return 'moved';
      record = moved.record;
      continue;
    }
    const closed = await pending.close(record.requestId, outcomeOf(cause), record);
    if (closed.kind === 'unknown' || closed.kind === 'late') return 'late';
    if (closed.kind === 'won') {
      await announceRequestEnd(closed.record, closed.record.outcome ?? outcomeOf(cause), services);
      return 'ended';
    }
    record = closed.record;
  }
  throw new LanewayError('UNAVAILABLE', `request ${seen.requestId} changed ${MOST_RACES} times while it was escalated`);
}

/** A pause is over: its attempt begins, unless there is no time left for it. @throws LanewayError PUBLISH, UNAVAILABLE */
export async function beginAttempt(record: PendingRecord, climb: Climb, services: EscalateServices): Promise<void> {
  const { clock, pending } = services;
  const now = clock.now();
  const time = Math.min(climb.time, Date.parse(climb.until) - now);
  if (time < SHORTEST_ATTEMPT_MS && climb.cause) {
    const outcome = outcomeOf({ ...climb.cause, by: timerOf(record), at: new Date(now).toISOString() });
    const closed = await pending.close(record.requestId, outcome, record);
    if (closed.kind === 'won') await announceRequestEnd(closed.record, closed.record.outcome ?? outcome, services);
    return;
  }
  const { messageId, attempt } = record;
  const deadline = new Date(now + time).toISOString();
  const began = await pending.advance(record, { messageId, attempt, deadline, climb: { ...climb, phase: 'sending' } });
  if (began && !began.record.outcome) await carryOut(began.record, services);
}

/**
 * Does what a decided step leaves to do: tells that the attempt before has ended, notes the rung in the ledger, sends
 * the attempt or asks for a person, and marks the record. All of it has ids that follow from the step, so that any
 * caller that finds the step decided may do it, again and side by side.
 *
 * @returns the record as it then stands
 * @throws LanewayError PUBLISH, UNAVAILABLE
 */
export async function carryOut(record: PendingRecord, services: EscalateServices): Promise<PendingRecord> {
  const { climb } = record;
  if (climb?.phase !== 'sending') return record;
  await tellAttemptEnd(record, climb, services);
  const refused = await sendAttempt(record, climb, services);
  const asked = await markAsked(record, services);
  if (!refused) return asked;
  const at = new Date(services.clock.now()).toISOString();
  const by = `refused:${record.messageId}`;
  // No rung makes up for what its requester may not ask for.
  const final = refused.code === 'NOT_DECLARED' ? { final: true } : {};
  await endAttempt(asked, { state: 'failed', attempt: record.attempt, by, at, error: refused, ...final }, services);
  return (await services.pending.get(record.requestId)) ?? asked;
}

async function markAsked(sent: PendingRecord, services: EscalateServices): Promise<PendingRecord> {
  let record = sent;
  // Progress of the attempt may move the deadline meanwhile.
  for (let race = 0; race < MOST_RACES && record.climb?.phase === 'sending' && !record.outcome; race++) {
    const { messageId, attempt, deadline, climb } = record;
    if (attempt !== sent.attempt) break;
    const marked = await services.pending.advance(record, {
      ...{ messageId, attempt, deadline },
      climb: { ...climb, phase: 'asked' },
    });
    if (!marked) break;
    if (marked.moved) services.countRung(rungOf(marked.record, services));
    record = marked.record;
  }
  return record;
}

/** Kind of the rung that a request stands on. */
function rungOf({ climb }: PendingRecord, { topology }: EscalateServices): string {
  return (climb && climbedLadder(topology.model, climb)[climb.rung]?.kind) ?? 'unknown';
}

/** True when the end is one of the attempt that now runs, or is final. */
function concerns(record: PendingRecord, cause: AttemptEnd, now: number): boolean {
  if (cause.final === true) return true;
  if (cause.attempt !== record.attempt || record.climb?.phase === 'pausing') return false;
  return cause.state === 'failed' || Date.parse(record.deadline) <= now;
}

async function nextFor(
  { waiter }: PendingRecord,
  climb: Climb,
  cause: AttemptEnd,
  services: EscalateServices,
): Promise<NextAttempt | undefined> {
  const { clock, topology } = services;
  const ladder = climbedLadder(topology.model, climb);
  const waits = waiter.kind === 'agent' ? waiter.id : undefined;
  const next = nextAttempt(ladder, climb, cause, clock.now(), { waits });
  if (next?.receiver === undefined) return next;
  const down = await downOf(services);
  // One that is down and comes back in time is better than nobody.
  return down.has(next.receiver) ? (nextAttempt(ladder, climb, cause, clock.now(), { waits, down }) ?? next) : next;
}

/** Agents that are down; none where that is not to be known: a request goes on without. */
async function downOf({ registry }: EscalateServices): Promise<ReadonlySet<string>> {
  try {
    return agentsDown((await registry?.health()) ?? []);
  } catch {
    return new Set();
  }
}

/** A move up the ladder: from where, to which attempt, and why. */
interface Move {
  readonly climb: Climb;
  readonly next: NextAttempt;
  readonly cause: AttemptEnd;
}

async function move(
  record: PendingRecord,
  { climb, next, cause }: Move,
  services: EscalateServices,
): Promise<'gone' | { readonly moved: boolean; readonly record: PendingRecord }> {
  const { clock, pending, timers } = services;
  const { requestId, messageId, deadline } = record;
  const now = clock.now();
  const attempt = record.attempt + 1;
  const at = now + (next.pause > 0 ? next.pause : next.time);
  const { receiver: _before, ...rest } = climb;
  const to: PendingMove = {
    messageId: attemptId(requestId, attempt),
    attempt,
    deadline: new Date(at).toISOString(),
    climb: {
      ...rest,
      ...{ rung: next.rung, used: next.used, on: next.on, time: next.time },
      phase: next.pause > 0 ? 'pausing' : 'sending',
      tried: next.receiver === undefined ? climb.tried : [...new Set([...climb.tried, next.receiver])],
      ...defined({ receiver: next.receiver }),
      cause: { ...cause, messageId, deadline },
    },
  };
  // The timer of the present deadline goes on to a later one. A deadline beyond the window is armed by the sweeper.
  if (at < Date.parse(deadline) && at - now <= ARMING_WINDOW_MS) await timers.set({ requestId, at }, now);
  const moved = await pending.advance(record, to);
  if (!moved) return 'gone';
  if (moved.moved) await carryOut(moved.record, services);
  return moved;
}

function outcomeOf({ state, by, at, error }: AttemptEnd): RequestOutcome {
  if (state === 'timed-out' || error === undefined) return { state: 'timed-out', by, at };
  return { state, by, at, error };
}
