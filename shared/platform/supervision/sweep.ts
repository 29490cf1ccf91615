import { summarizeError } from '../../domain/base/errors.js';
import type { Clock } from '../../domain/base/clock.js';
import type { CursorStore } from '../../domain/base/cursor-store.js';
import type { DueIntent, IntentStore } from '../../domain/delivery/intent-store.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import type { TimerQueue } from '../../domain/request/timer-queue.js';
import type { Log } from '../../agent/context.js';
import { INTENT_GRACE_MS } from '../../publishing/publish-message.js';
import { lookAtIntent, type IntentServices } from './look-at-intent.js';

/** Ports of the sweeper. */
export interface SweepServices extends IntentServices {
  readonly clock: Clock;
  readonly cursors: CursorStore;
  readonly intents: IntentStore;
  readonly pending: PendingStore;
  readonly timers: TimerQueue;
  readonly log: Log;
}

/** Bounds of one run. */
export interface SweepBounds {
  /** Intents that one run looks at. */
  readonly mostIntents: number;
  /** Instant at which the run stops, milliseconds since 1970. */
  readonly stopAt: number;
}

/** Counts of one run. */
export interface SweepSummary {
  /** Intents that were due. */
  readonly looked: number;
  /** Messages that some receiver had not got, and that were sent again. */
  readonly resent: number;
  /** Deliveries that nobody took until expiry and grace, now dead letters. */
  readonly undeliverable: number;
  /** Intents that could not be looked at; they are due again a little later. */
  readonly failed: number;
  /** Open requests past their deadline, whose timer was set again to end them. */
  readonly timedOut: number;
  /** False when the bounds ended the run: the next one goes on from there. */
  readonly complete: boolean;
}

/** Milliseconds that an index may follow its table late. */
const INDEX_LAG_MS = 2_000;
/** Milliseconds that a timer may be late before it counts as lost. */
export const TIMER_GRACE_MS = 60_000;
/** Intents looked at side by side. */
const CHUNK = 20;

/**
 * Finds two kinds of unfinished work. Intended messages that never reached a receiver are sent again once, then, by expiry and
 * grace, settled as `undeliverable`. Requests whose timer was lost have it set again. Only the due indexes are read: messages
 * published outside a handling, and requests. Emissions of handlers are accounted for in their delivery and not looked at here.
 *
 * Runs may overlap or be cut off: the same is done again, with the same ids.
 * @throws LanewayError UNAVAILABLE; the next run goes on from where this one came to
 */
export async function sweep(services: SweepServices, bounds: SweepBounds): Promise<SweepSummary> {
  // Requests first: they are few, and nothing that is wrong with an intent may keep one from its end.
  const now = services.clock.now();
  const requests = await sweepRequests(services, now + (bounds.stopAt - now) / 2);
  const intents = await sweepIntents(services, bounds);
  const summary = { ...intents, ...requests, complete: requests.complete && intents.complete };
  services.log.info('swept', summary);
  return summary;
}

async function sweepIntents(services: SweepServices, bounds: SweepBounds): Promise<Omit<SweepSummary, 'timedOut'>> {
  const { clock, cursors, intents } = services;
  const until = clock.now() - INDEX_LAG_MS;
  const count = { looked: 0, resent: 0, undeliverable: 0, failed: 0 };
  let chunk: Promise<Look>[] = [];
  const finish = async (): Promise<void> => {
    for (const { resent, undeliverable, failed } of await Promise.all(chunk)) {
      count.resent += resent ? 1 : 0;
      count.undeliverable += undeliverable;
      count.failed += failed ? 1 : 0;
    }
    chunk = [];
  };
  for await (const intent of intents.due((await cursors.get('intents')) ?? 0, until)) {
    count.looked++;
    chunk.push(look(intent, services));
    if (chunk.length < CHUNK && count.looked < bounds.mostIntents) continue;
    await finish();
    // Others may be due in the same millisecond, so that the cursor stays just before it.
    await cursors.put('intents', intent.due - 1);
    if (count.looked >= bounds.mostIntents || clock.now() >= bounds.stopAt) return { ...count, complete: false };
  }
  await finish();
  await cursors.put('intents', until);
  return { ...count, complete: true };
}

interface Look {
  readonly resent: boolean;
  readonly undeliverable: number;
  readonly failed?: boolean;
}

/**
 * Looks at one intent. One that fails is put off, so that it does not hold the cursor, and with it all the others, where it is.
 * @throws LanewayError UNAVAILABLE when it cannot even be put off
 */
async function look(intent: DueIntent, services: SweepServices): Promise<Look> {
  try {
    return await lookAtIntent(intent, services);
  } catch (error) {
    const { envelope, expected } = intent;
    services.log.error('an intent could not be looked at; it is due again later', {
      ...{ type: envelope.type, id: envelope.id, correlation: envelope.correlationid },
      error: summarizeError(error).message,
    });
    await services.intents.record([{ envelope, expected }], services.clock.now() + INTENT_GRACE_MS);
    return { resent: false, undeliverable: 0, failed: true };
  }
}

/** Sets lost timers again. It does not act in their place: the timers' queue repeats a timer until the waiter has been told. */
async function sweepRequests(
  { clock, cursors, pending, timers }: SweepServices,
  stopAt: number,
): Promise<Pick<SweepSummary, 'timedOut' | 'complete'>> {
  const now = clock.now();
  const until = now - TIMER_GRACE_MS;
  let timedOut = 0;
  let chunk: Promise<void>[] = [];
  for await (const record of pending.due((await cursors.get('pending')) ?? 0, until)) {
    chunk.push(timers.set({ requestId: record.requestId, at: now, hop: 0 }, now));
    timedOut++;
    if (chunk.length < CHUNK) continue;
    await Promise.all(chunk);
    chunk = [];
    await cursors.put('pending', Date.parse(record.deadline) - 1);
    if (clock.now() >= stopAt) return { timedOut, complete: false };
  }
  await Promise.all(chunk);
  await cursors.put('pending', until);
  return { timedOut, complete: true };
}
