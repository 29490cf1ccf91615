import type { ErrorSummary } from '../base/errors.js';
import type { Priority } from '../base/priority.js';

/** One rung of an escalation ladder, as the model has it. Times are milliseconds, agents in the order of their declaration. */
export type Rung =
  | {
      readonly kind: 'retry';
      readonly times: number;
      /** Of each attempt, the request's first one included. */
      readonly timeout?: number;
      readonly backoff: { readonly first: number; readonly most: number };
    }
  | { readonly kind: 'agent'; readonly agents: readonly string[]; readonly times: number; readonly timeout?: number }
  | {
      readonly kind: 'channel';
      readonly channel: string;
      readonly agents: readonly string[];
      readonly timeout?: number;
    }
  | { readonly kind: 'person'; readonly within: number };

/** Kinds of rung, in the order in which a ladder has them; after the last, and where there is none, comes `abort`. */
export const RUNG_KINDS = ['retry', 'agent', 'channel', 'person'] as const satisfies readonly Rung['kind'][];

/**
 * The shortest attempt, milliseconds. Timers count whole seconds and a command is some time on its way, so that less
 * would give an attempt up before it was made; what does not leave this much ends the request.
 */
export const SHORTEST_ATTEMPT_MS = 6_000;

/** How an attempt ended. `by` is the message that said so, or the timer. */
export interface AttemptEnd {
  readonly state: 'timed-out' | 'failed';
  readonly attempt: number;
  readonly by: string;
  readonly at: string;
  /** When it failed. */
  readonly error?: ErrorSummary;
  /** An operator ended the request: no rung follows. */
  readonly final?: boolean;
}

/** The command, kept in the pending record so that it can be published anew. */
export interface KeptCommand {
  readonly dataschema: string;
  readonly data?: unknown;
  readonly dataref?: string;
  readonly priority: Priority;
  readonly subject?: string;
  readonly actor?: string;
  readonly path?: string;
}

/** Where a request stands on its ladder. */
export interface Climb {
  /** Channel that the command was published on; whose ladder it is, unless the request has its own. */
  readonly channel: string;
  /** The request's own ladder: that of the channel is none of its business then, whatever is deployed meanwhile. */
  readonly ladder?: readonly Rung[];
  /** By when the whole request must be answered (ISO 8601): what the requester gave. */
  readonly until: string;
  /** Index of the rung that the attempt belongs to; -1 = the first attempt. */
  readonly rung: number;
  /** Attempts made on this rung. */
  readonly used: number;
  /** Agents that have been asked. */
  readonly tried: readonly string[];
  /**
   * `asked`: an agent or a person has it until the record's deadline. `pausing`: the attempt begins at the record's
   * deadline. `sending`: the attempt is decided, and may not have been sent.
   */
  readonly phase: 'asked' | 'pausing' | 'sending';
  /** Agent of this attempt; absent when a person is asked. */
  readonly receiver?: string;
  /** Channel of this attempt. */
  readonly on: string;
  /** How long the attempt may take, milliseconds. */
  readonly time: number;
  /** How the attempt before ended, and which message it was. */
  readonly cause?: AttemptEnd & { readonly messageId: string; readonly deadline: string };
  readonly command: KeptCommand;
}

/** What follows on an attempt. Times are milliseconds. */
export interface NextAttempt {
  readonly kind: Rung['kind'];
  readonly rung: number;
  readonly used: number;
  /** Absent when a person is asked. */
  readonly receiver?: string;
  readonly on: string;
  readonly pause: number;
  readonly time: number;
}

/**
 * What follows when an attempt has ended, or undefined when nothing does: the ladder is at its end, or there is no time
 * for another attempt. A rung with nobody to ask is passed over; so is a repetition of what cannot succeed. Nobody is asked
 * as a substitute twice, nor the agent that waits for the answer.
 */
export function nextAttempt(
  ladder: readonly Rung[],
  climb: Climb,
  cause: AttemptEnd,
  now: number,
  waits?: string,
): NextAttempt | undefined {
  if (cause.final === true) return undefined;
  for (let index = Math.max(0, climb.rung); index < ladder.length; index++) {
    const rung = ladder[index];
    const used = index === climb.rung ? climb.used : 0;
    const found = rung && attemptOn(rung, used, climb, cause, waits);
    if (!found) continue;
    const left = Date.parse(climb.until) - now - found.pause;
    // A later rung may do without the pause.
    if (left < SHORTEST_ATTEMPT_MS) continue;
    return { ...found, rung: index, used: used + 1, time: timeFor(ladder, index, used + 1, left) };
  }
  return undefined;
}

function attemptOn(
  rung: Rung,
  used: number,
  climb: Climb,
  cause: AttemptEnd,
  waits: string | undefined,
): Omit<NextAttempt, 'rung' | 'used' | 'time'> | undefined {
  const { on, tried, receiver } = climb;
  const { kind } = rung;
  const untried = (agents: readonly string[]) => agents.find((agent) => agent !== waits && !tried.includes(agent));
  switch (kind) {
    case 'retry': {
      // The same agent would refuse the same command again.
      const hopeless = cause.error !== undefined && !cause.error.retryable;
      if (used >= rung.times || hopeless || receiver === undefined) return undefined;
      return { kind, on, receiver, pause: pauseBefore(rung, used) };
    }
    case 'agent': {
      const other = used < rung.times ? untried(rung.agents) : undefined;
      return other === undefined ? undefined : { kind, on, receiver: other, pause: 0 };
    }
    case 'channel': {
      const other = untried(rung.agents) ?? rung.agents.find((agent) => agent !== waits);
      return used > 0 || other === undefined ? undefined : { kind, on: rung.channel, receiver: other, pause: 0 };
    }
    case 'person':
      return used > 0 ? undefined : { kind, on, pause: 0 };
  }
}

/**
 * Time to hand a request on, milliseconds: timers count whole seconds and come through a queue. Without it the last of
 * several attempts would be short by what the others were late.
 */
export const HANDOVER_MS = 2_000;

/**
 * The ladder of a request that says itself what follows: so many attempts at its receiver, then the others. The first rung
 * is always there, with the time of the first attempt; of one try it has no repetition.
 */
export function ownLadder(
  { timeout, tries }: { readonly timeout: number; readonly tries: number },
  others: readonly Rung[],
): Rung[] {
  return [{ kind: 'retry', times: tries - 1, timeout, backoff: DEFAULT_BACKOFF_MS }, ...others];
}

/** Pauses before repetitions where none are declared. */
export const DEFAULT_BACKOFF_MS = { first: 1_000, most: 60_000 } as const;

/** What all attempts of a ladder that declares its times take, with the pauses, when nobody answers; milliseconds. */
export function ladderTime(ladder: readonly Rung[]): number {
  return laterAttempts(ladder, -1, 0).reduce(
    (sum, { time = 0, pause }) => sum + time + pause + HANDOVER_MS,
    declaredTime(ladder, -1) ?? 0,
  );
}

/** When the first attempt of a request is given up, milliseconds since 1970. */
export function firstAttemptEnd(ladder: readonly Rung[], begun: number, until: number): number {
  return begun + timeFor(ladder, -1, 0, until - begun);
}

/**
 * Time for an attempt: what its rung declares, else an equal share of the time that the declared times and pauses of
 * later rungs leave. Never more than is left, never under {@link SHORTEST_ATTEMPT_MS} as far as there is that much, and all
 * that is left when the rest would be too short for another attempt.
 */
function timeFor(ladder: readonly Rung[], index: number, used: number, left: number): number {
  const later = laterAttempts(ladder, index, used);
  const declared = declaredTime(ladder, index);
  const reserved = later.reduce((sum, { time = 0, pause }) => sum + time + pause, 0);
  const open = later.filter(({ time }) => time === undefined).length + 1;
  const share = (left - reserved) / open;
  const fair = share >= SHORTEST_ATTEMPT_MS ? share : left / (later.length + 1);
  const time = Math.max(SHORTEST_ATTEMPT_MS, Math.round(declared ?? fair));
  const [next] = later;
  const useless = next !== undefined && left - time - next.pause < SHORTEST_ATTEMPT_MS;
  return useless ? left : Math.min(time, left);
}

function declaredTime(ladder: readonly Rung[], index: number): number | undefined {
  const rung = index >= 0 ? ladder[index] : ladder[0]?.kind === 'retry' ? ladder[0] : undefined;
  return rung?.kind === 'person' ? rung.within : rung?.timeout;
}

interface LaterAttempt {
  readonly time?: number;
  readonly pause: number;
}

/** Attempts that may follow, in order. */
function laterAttempts(ladder: readonly Rung[], index: number, used: number): LaterAttempt[] {
  return ladder.flatMap((rung, at) => {
    if (at < index) return [];
    const made = at === index ? used : 0;
    const declared = rung.kind === 'person' ? rung.within : rung.timeout;
    const time = declared === undefined ? {} : { time: declared };
    const times = rung.kind === 'retry' || rung.kind === 'agent' ? rung.times : 1;
    return Array.from({ length: Math.max(0, times - made) }, (_, further) => ({
      ...time,
      pause: rung.kind === 'retry' ? pauseBefore(rung, made + further) : 0,
    }));
  });
}

/** Doubles from the first pause; without jitter, as requests do not begin together. */
function pauseBefore({ backoff }: Extract<Rung, { kind: 'retry' }>, used: number): number {
  return Math.min(backoff.most, backoff.first * 2 ** Math.min(30, used));
}
