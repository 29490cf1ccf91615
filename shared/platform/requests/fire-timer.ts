import * as z from 'zod';
import { LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { reasonOf } from '../../domain/delivery/dead-letter.js';
import type { Ports } from '../../domain/ports.js';
import { ARMING_WINDOW_MS, type DeadlineTimer } from '../../domain/request/timer-queue.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { DecideServices } from '../../publishing/close-approval.js';
import type { QueuedCopy } from '../ingress/queued-copy.js';
import { approvalOverdue, type AskServices } from '../workflows/ask-approvers.js';
import { announceRequestEnd } from './announce-request-end.js';
import { heedProgress, type HeedServices } from './heed-progress.js';
import { beginAttempt, carryOut, endAttempt, timerOf, type EscalateServices } from './escalate-request.js';
import { resumeWaiter } from '../workflows/resume-waiter.js';

/** Longest time that a timer looks for its record, milliseconds: the publisher sets the timer first and may be slow, or gone. */
export const ORPHAN_PATIENCE_MS = 300_000;

/** Time between two looks for the record. */
export const ORPHAN_RETRY_MS = 15_000;

/**
 * Receipts of one timer, after which it no longer waits for a deadline that was moved: SQS would take it for poison a few
 * receipts later. The sweeper arms the request anew once it is overdue.
 */
export const MOST_LOOKS = 90;

/** Name of this receiver in dead letters. */
const RECEIVER = 'platform:deadlines';

const timerSchema = z.object({ requestId: z.string().min(1), at: z.number() });

/** Reads a timer. @throws LanewayError UNPARSEABLE */
export function parseTimer(body: string): DeadlineTimer {
  try {
    return timerSchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new LanewayError('UNPARSEABLE', 'the message in the timer queue is no timer', {
      cause,
      help: ['only publishers of requests, the sweeper and the functions of requests write to that queue'],
    });
  }
}

/** Ports of the function that receives timers. */
export type TimerServices = EscalateServices &
  HeedServices &
  Pick<AskServices, 'approvalLinks'> &
  Pick<DecideServices, 'book'> &
  Pick<Ports, 'deadLetters'>;

/**
 * Acts on one receipt of a timer. A timer never sets another: the same copy comes again, so that deaths on the way leave no
 * more timers than were set.
 *
 * @returns instant at which the copy is to come again, milliseconds since 1970; undefined when it has done its work
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated; what cannot be overcome is put aside as a dead letter
 */
export async function takeTimer(copy: QueuedCopy, services: TimerServices): Promise<number | undefined> {
  try {
    const timer = parseTimer(copy.body);
    const again = await fireTimer(timer, services);
    if (again === undefined || (copy.receives ?? 1) < MOST_LOOKS) return again;
    services.log.info('the timer has waited often enough; the sweeper goes on', { request: timer.requestId });
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    await putAside(copy, summary, services);
  }
  return undefined;
}

/** Puts a timer aside that no repetition helps: it is no timer, or the record of its request cannot be read. */
async function putAside({ copy, body }: QueuedCopy, error: ErrorSummary, services: TimerServices): Promise<void> {
  const { clock, deadLetters, log } = services;
  log.warn('a timer is refused', { copy, error: error.message });
  const at = new Date(clock.now()).toISOString();
  const about = { receiver: RECEIVER, copy, reason: reasonOf(error), error, tries: 1, at };
  await deadLetters.send({ laneway: 'dead-letter', ...about, body });
}

/**
 * Acts on a timer:
 *
 * - Without a record it comes again for five minutes and then ends, as the request was never made.
 * - A step of the ladder that was decided earlier and then cut off is completed first.
 * - When the request has ended in the meantime, the timer tells of an end that was not told, and ends.
 * - Before the deadline, which was moved or by another clock, it comes again then, or ends where the sweeper will arm it.
 * - At the end of a pause the next attempt begins.
 * - After progress the attempt has more time, and the timer comes again at its new end.
 * - In all other cases the attempt has timed out. The timer comes again at the end of the next attempt, if there is one.
 *
 * @returns instant at which it is to come again, milliseconds since 1970
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function fireTimer(timer: DeadlineTimer, services: TimerServices): Promise<number | undefined> {
  const { clock, pending, log } = services;
  const now = clock.now();
  let record = await pending.get(timer.requestId);
  if (!record) {
    if (now - timer.at < ORPHAN_PATIENCE_MS) return nearly(Math.max(timer.at, now + ORPHAN_RETRY_MS), now);
    log.info('the timer belongs to a request that was never made', { request: timer.requestId });
    return undefined;
  }
  if (!record.outcome) record = await carryOut(record, services);
  if (record.outcome && record.untold) {
    await announceRequestEnd(record, record.outcome, services);
    return undefined;
  }
  if (record.outcome && record.outcome.by !== timerOf(record)) return undefined;
  const deadline = Date.parse(record.deadline);
  if (!record.outcome && deadline > now) return nearly(deadline, now);
  if (!record.outcome && record.climb?.phase === 'pausing') {
    await beginAttempt(record, record.climb, services);
    return nextLook(timer, services);
  }
  if (record.holds === 'time') {
    await endWait(record, now, services);
    return undefined;
  }
  if (record.approval) return nearly(await approvalOverdue(record, now, services), now);
  const progressed = record.outcome ? undefined : await heedProgress(record, services);
  if (progressed !== undefined && progressed > now) return nearly(progressed, now);
  const { attempt } = record;
  const end = { state: 'timed-out', attempt, by: timerOf(record), at: new Date(now).toISOString() } as const;
  return (await endAttempt(record, end, services)) === 'ended' ? undefined : nextLook(timer, services);
}

/** The deadline that a request has now, if it is open. */
async function nextLook({ requestId }: DeadlineTimer, { clock, pending }: TimerServices): Promise<number | undefined> {
  const record = await pending.get(requestId);
  return !record || record.outcome ? undefined : nearly(Date.parse(record.deadline), clock.now());
}

/** An instant, unless it is so far ahead that the sweeper arms the request before. */
function nearly(at: number, now: number): number | undefined {
  return at - now > ARMING_WINDOW_MS ? undefined : at;
}

/** Ends a wait for a time: its step is answered that the time has come. */
async function endWait(record: PendingRecord, now: number, services: EscalateServices): Promise<void> {
  const at = new Date(now).toISOString();
  const outcome = { state: 'replied', by: timerOf(record), at, data: null, type: '', dataschema: '' } as const;
  const closed = await services.pending.close(record.requestId, outcome);
  if (closed.kind === 'won') await resumeWaiter(closed.record, outcome, services);
}
