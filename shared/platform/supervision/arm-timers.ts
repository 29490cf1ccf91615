import { milliseconds } from '../../domain/base/duration.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { Ports } from '../../domain/ports.js';
import { SWEEP_EVERY } from '../../domain/base/sweep-every.js';

/** Ports of the part of the sweeper that arms timers. */
export type ArmServices = Pick<Ports, 'clock' | 'cursors' | 'pending' | 'timers'>;

/** Counts of one run. */
export interface ArmSummary {
  /** Open requests that come due soon, whose timer was set. */
  readonly armed: number;
  /** Open requests past their deadline, whose timer was set again to end them. */
  readonly timedOut: number;
  /** Requests whose timer could not be set; they get one when they are overdue, in every run. */
  readonly failed: number;
  /** False when the bounds ended the run: the next one goes on from there. */
  readonly complete: boolean;
}

/** Milliseconds that a timer may be late before it counts as lost. */
export const TIMER_GRACE_MS = 60_000;

/**
 * Time before its deadline from which a request is armed, milliseconds: two runs, so that one may fail. It is shorter than the
 * window within which publishers arm by themselves. So nothing that they leave out lies behind the cursor, whatever the lag
 * of the index.
 */
export const ARM_AHEAD_MS = 2 * milliseconds(SWEEP_EVERY);

/**
 * Time behind the oldest overdue request that every run looks through, milliseconds. Requests come in there late: those of a
 * handling whose commands were sent again, and those of a client whose clock is slow.
 */
export const LATE_OPENING_MS = 6 * 3_600_000;

/** Time from one look through all that the table can hold to the next, milliseconds. */
export const LOOK_AT_ALL_EVERY_MS = 86_400_000;

/**
 * Time after which a request that has ended, and whose end nobody was told of, gets one more timer, milliseconds. The copy of the
 * timer that ended it comes again by itself: only a lost one has to be made up for.
 */
export const UNTOLD_AGAIN_MS = 3_600_000;

/** Timers set side by side. */
const CHUNK = 20;

/** Cursors of the runs. */
const CURSORS = { ahead: 'armed-until', oldest: 'oldest-overdue', pass: 'overdue-pass', all: 'overdue-all' } as const;

/**
 * Arms open requests from the due index. Those that come due soon get a timer, once; an answered request has left the index and
 * costs nothing. Those that are overdue get one more in every run until they end: a timer may be lost, and the function that it
 * calls broken, for any time. One whose end could not
 * be told stays due as well, and gets one an hour. The sweeper does not act in place of a timer: the queue repeats it until the waiter has been told.
 *
 * @param stopAt milliseconds since 1970
 * @throws LanewayError UNAVAILABLE; the next run goes on from where this one came to
 */
export async function armTimers(services: ArmServices, stopAt: number): Promise<ArmSummary> {
  const now = services.clock.now();
  // What lies ahead first: of an outage's overdue requests there may be many, and they are late already.
  const ahead = await armAhead(services, now, now + (stopAt - now) / 2);
  const overdue = await armOverdue(services, now, stopAt);
  return {
    ...{ armed: ahead.set, timedOut: overdue.set, failed: ahead.failed + overdue.failed },
    complete: ahead.complete && overdue.complete,
  };
}

async function armAhead(services: ArmServices, now: number, stopAt: number): Promise<Armed> {
  const { cursors } = services;
  const from = Math.max((await cursors.get(CURSORS.ahead)) ?? 0, now - TIMER_GRACE_MS);
  const until = now + ARM_AHEAD_MS;
  if (from >= until) return { set: 0, failed: 0, complete: true };
  const done = await arm(
    services,
    { from, until, now, stopAt },
    {
      wants: ({ armed, deadline }) => armed === undefined || Date.parse(armed) !== Date.parse(deadline),
      cameTo: (at) => cursors.put(CURSORS.ahead, at),
    },
  );
  if (done.complete) await cursors.put(CURSORS.ahead, until);
  return done;
}

async function armOverdue(services: ArmServices, now: number, stopAt: number): Promise<Armed> {
  const { cursors } = services;
  const until = now - TIMER_GRACE_MS;
  const [pass = 0, oldest = 0, all = 0] = await Promise.all(
    [CURSORS.pass, CURSORS.oldest, CURSORS.all].map((name) => cursors.get(name)),
  );
  const isWhole = now - all >= LOOK_AT_ALL_EVERY_MS;
  // A run that was stopped is gone on with, so that the oldest do not hold back the others.
  const isNew = pass === 0;
  const from = !isNew ? pass : isWhole ? 0 : Math.min(oldest, now - LATE_OPENING_MS);
  const done = await arm(
    services,
    { from, until, now, stopAt },
    {
      wants: ({ outcome }) => outcome === undefined || isAgain(now - Date.parse(outcome.at)),
      cameTo: (at) => cursors.put(CURSORS.pass, at),
    },
  );
  if (isNew) await cursors.put(CURSORS.oldest, done.first === undefined ? until : done.first - 1);
  if (!done.complete) return done;
  if (!isNew) await cursors.put(CURSORS.pass, 0);
  if (isNew && isWhole) await cursors.put(CURSORS.all, now);
  return done;
}

/** True in one run of each {@link UNTOLD_AGAIN_MS}, for what ended so long ago. */
function isAgain(age: number): boolean {
  return Math.floor(age / UNTOLD_AGAIN_MS) > Math.floor((age - milliseconds(SWEEP_EVERY)) / UNTOLD_AGAIN_MS);
}

interface Armed {
  readonly set: number;
  readonly failed: number;
  readonly complete: boolean;
  /** Deadline of the first record, milliseconds since 1970. */
  readonly first?: number;
}

interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly now: number;
  readonly stopAt: number;
}

interface Wish {
  readonly wants: (record: PendingRecord) => boolean;
  /** Called with the instant from which the next run is to go on. */
  readonly cameTo: (at: number) => Promise<void>;
}

async function arm(
  { clock, pending, timers }: ArmServices,
  { from, until, now, stopAt }: Stretch,
  { wants, cameTo }: Wish,
): Promise<Armed> {
  const count = { set: 0, failed: 0 };
  let first: number | undefined;
  let chunk: Promise<void>[] = [];
  const finish = async (): Promise<void> => {
    for (const { status } of await Promise.allSettled(chunk)) count[status === 'fulfilled' ? 'set' : 'failed']++;
    chunk = [];
  };
  for await (const record of pending.due(from, until)) {
    const deadline = Date.parse(record.deadline);
    first ??= deadline;
    if (!wants(record)) continue;
    chunk.push(timers.set({ requestId: record.requestId, at: Math.max(deadline, now) }, now));
    if (chunk.length < CHUNK) continue;
    await finish();
    if (clock.now() < stopAt) continue;
    // Others may be due in the same millisecond, so that the cursor stays just before it.
    await cameTo(deadline - 1);
    return { ...count, complete: false, first };
  }
  await finish();
  return { ...count, complete: true, ...(first === undefined ? {} : { first }) };
}
