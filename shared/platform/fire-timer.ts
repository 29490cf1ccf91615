import * as z from 'zod';
import { LanewayError } from '../domain/errors.js';
import type { DeadlineTimer, TimerQueue } from '../domain/ports.js';
import { timeOutRequest, timerOf, type TimeOutServices } from './time-out-request.js';

/** What the function works with. */
export interface DeadlineServices extends TimeOutServices {
  readonly timers: TimerQueue;
}

/** How long a timer looks for its record: the publisher sets the timer first and may be slow, or gone. */
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

/**
 * A timer that came back. Too early (SQS delays 15 minutes at most): set again, with the next hop. Due without a record:
 * looked for again during five minutes, then dropped, as the request was never made. Answered meanwhile: dropped.
 * Deadline moved: set to the new one. Else the request has timed out.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function fireTimer(timer: DeadlineTimer, services: DeadlineServices): Promise<void> {
  const { clock, pending, timers, log } = services;
  const now = clock.now();
  const hop = timer.hop + 1;
  if (timer.at > now) return timers.set({ ...timer, hop }, now);
  const record = await pending.get(timer.requestId);
  if (!record) {
    const orphanSince = timer.orphanSince ?? now;
    if (now - orphanSince >= ORPHAN_PATIENCE_MS) {
      log.info('the timer belongs to a request that was never made', { request: timer.requestId, hop: timer.hop });
      return;
    }
    return timers.set({ requestId: timer.requestId, at: now + ORPHAN_RETRY_MS, hop, orphanSince }, now);
  }
  if (record.outcome && record.outcome.by !== timerOf(record)) return;
  const deadline = Date.parse(record.deadline);
  if (!record.outcome && deadline > now) {
    return timers.set({ requestId: timer.requestId, at: deadline, hop }, now);
  }
  await timeOutRequest(record, services);
}
