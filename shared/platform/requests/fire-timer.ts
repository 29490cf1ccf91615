import * as z from 'zod';
import { LanewayError } from '../../domain/base/errors.js';
import type { DeadlineTimer } from '../../domain/request/timer-queue.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { DecideServices } from '../../publishing/close-approval.js';
import { approvalOverdue, type AskServices } from '../workflows/ask-approvers.js';
import { beginAttempt, carryOut, endAttempt, timerOf, type EscalateServices } from './escalate-request.js';
import { resumeWaiter } from '../workflows/resume-waiter.js';

/** Longest time that a timer looks for its record, milliseconds: the publisher sets the timer first and may be slow, or gone. */
export const ORPHAN_PATIENCE_MS = 300_000;

/** Time between two looks for the record. */
export const ORPHAN_RETRY_MS = 15_000;

const timerSchema = z.object({
  requestId: z.string().min(1),
  at: z.number(),
  hop: z.number().int().min(0),
  orphanSince: z.number().optional(),
});

/** Reads a timer. @throws LanewayError UNPARSEABLE */
export function parseTimer(body: string): DeadlineTimer {
  try {
    const { orphanSince, ...timer } = timerSchema.parse(JSON.parse(body));
    return orphanSince === undefined ? timer : { ...timer, orphanSince };
  } catch (cause) {
    throw new LanewayError('UNPARSEABLE', 'the message in the timer queue is no timer', {
      cause,
      help: ['only publishers of requests and this function itself write to that queue'],
    });
  }
}

/** Ports of the function that receives timers. */
export type TimerServices = EscalateServices & Pick<AskServices, 'approvalLinks'> & Pick<DecideServices, 'book'>;

/**
 * Acts on a timer that came back. Too early (SQS delays 15 minutes at most): set again, with the next hop. Due without a record:
 * looked for again during five minutes, then dropped, as the request was never made. Answered meanwhile: dropped.
 * Deadline moved: set to the new one. A pause is over: the next attempt begins. Else the attempt has timed out. Before that it
 * completes a step of the ladder that was decided earlier and then cut off.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function fireTimer(timer: DeadlineTimer, services: TimerServices): Promise<void> {
  const { clock, pending, timers, log } = services;
  const now = clock.now();
  const hop = timer.hop + 1;
  if (timer.at > now) return timers.set({ ...timer, hop }, now);
  let record = await pending.get(timer.requestId);
  if (!record) {
    const orphanSince = timer.orphanSince ?? now;
    if (now - orphanSince >= ORPHAN_PATIENCE_MS) {
      log.info('the timer belongs to a request that was never made', { request: timer.requestId, hop: timer.hop });
      return;
    }
    return timers.set({ requestId: timer.requestId, at: now + ORPHAN_RETRY_MS, hop, orphanSince }, now);
  }
  if (!record.outcome) record = await carryOut(record, services);
  if (record.outcome && record.outcome.by !== timerOf(record)) return;
  const deadline = Date.parse(record.deadline);
  if (!record.outcome && deadline > now) {
    return timers.set({ requestId: timer.requestId, at: deadline, hop }, now);
  }
  if (!record.outcome && record.climb?.phase === 'pausing') return beginAttempt(record, record.climb, services);
  if (record.holds === 'time') return endWait(record, now, services);
  if (record.approval) return approvalOverdue(record, now, services);
  const { attempt } = record;
  await endAttempt(
    record,
    { state: 'timed-out', attempt, by: timerOf(record), at: new Date(now).toISOString() },
    services,
  );
}

/** Ends a wait for a time: that the time has come is the answer to its step. */
async function endWait(record: PendingRecord, now: number, services: EscalateServices): Promise<void> {
  const at = new Date(now).toISOString();
  const outcome = { state: 'replied', by: timerOf(record), at, data: null, type: '', dataschema: '' } as const;
  const closed = await services.pending.close(record.requestId, outcome);
  if (closed.kind === 'won') await resumeWaiter(closed.record, outcome, services);
}
