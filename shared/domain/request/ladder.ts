import type { ErrorSummary } from '../base/errors.js';
import type { Priority } from '../base/priority.js';

/** One rung of an escalation ladder, as the model has it. Times are milliseconds, agents in the order of their declaration. */
export type Rung =
  | {
      readonly kind: 'retry';
      readonly times: number;
      /** Time of one attempt, the request's first one included. */
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
 * Shortest attempt, milliseconds. Timers count whole seconds and a command takes some time to arrive, so that a shorter
 * attempt would be given up before it was made. A request with less time left ends.
 */
export const SHORTEST_ATTEMPT_MS = 6_000;

/** End of an attempt of a request. */
export interface AttemptEnd {
  /** `timed-out`: no answer in time. `failed`: its command became a dead letter. */
  readonly state: 'timed-out' | 'failed';
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Id of the message that ended it, or `timer:<request id>:<attempt>`. */
  readonly by: string;
  /** Instant of the end, ISO 8601. */
  readonly at: string;
  /** Error of the attempt; absent when it timed out. */
  readonly error?: ErrorSummary;
  /** An operator ended the request: no rung follows. */
  readonly final?: boolean;
}

/** The command, kept in the pending record so that it can be published anew. */
export interface KeptCommand {
  /** Schema of the payload: `urn:laneway:<type>:<version>`. */
  readonly dataschema: string;
  /** Payload, unless it travels by reference. */
  readonly data?: unknown;
  /** Key of the payload in the payload store, in place of `data`. */
  readonly dataref?: string;
  /** SHA-256 of the text at `dataref`. */
  readonly datadigest?: string;
  /** Bytes of the text at `dataref`. */
  readonly datasize?: number;
  /** Priority of the command. */
  readonly priority: Priority;
  /** CloudEvents `subject`. */
  readonly subject?: string;
  /** Person or system on whose behalf the request was made. */
  readonly actor?: string;
  /** Handlings that led to the command (`shared/domain/delivery/causal-path.ts`). */
  readonly path?: string;
}

/** Position of a request on its escalation ladder. */
export interface Climb {
  /** Channel that the command was published on. Its ladder is climbed, unless the request has its own. */
  readonly channel: string;
  /** Ladder of the request itself; the channel's is not looked at then, whatever is deployed meanwhile. */
  readonly ladder?: readonly Rung[];
  /** Instant by which the whole request must be answered, as the requester gave it (ISO 8601). */
  readonly until: string;
  /** Index of the rung that the attempt belongs to; -1 = the first attempt. */
  readonly rung: number;
  /** Attempts made on this rung. */
  readonly used: number;
  /** Agents that have been asked. */
  readonly tried: readonly string[];
  /**
   * Agents that can do it, best first, where the first was chosen among several: a rung of agents asks no others, and in
   * this order.
   */
  readonly order?: readonly string[];
  /**
   * `asked`: an agent or a person has it until the record's deadline. `pausing`: the attempt begins at the record's
   * deadline. `sending`: the attempt is decided, and may not have been sent.
   */
  readonly phase: 'asked' | 'pausing' | 'sending';
  /** Agent of this attempt; absent when a person is asked. */
  readonly receiver?: string;
  /** Channel of this attempt. */
  readonly on: string;
  /** Time of the attempt, milliseconds. */
  readonly time: number;
  /** End of the attempt before, with the id and the deadline of its command. */
  readonly cause?: AttemptEnd & { readonly messageId: string; readonly deadline: string };
  /** The command, to be published again for the next attempt. */
  readonly command: KeptCommand;
}

/** The next attempt of a request. Times are milliseconds. */
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

/** Agents that are not asked. */
export interface Substitutes {
  /** Agent that waits for the answer. */
  readonly waits?: string | undefined;
  /** Agents that nobody takes messages for just now. @defaultValue none */
  readonly down?: ReadonlySet<string> | undefined;
}

const NOBODY: ReadonlySet<string> = new Set();

/**
 * Finds the attempt that follows one that has ended; undefined at the end of the ladder, or when the time left is too
 * short. A rung with nobody to ask is passed over, and so is the repetition of a command that cannot succeed. No agent
 * is asked as a substitute twice, nor the agent that waits for the answer, nor one that is down.
 */
export function nextAttempt(
  ladder: readonly Rung[],
  climb: Climb,
  cause: AttemptEnd,
  now: number,
  { waits, down = NOBODY }: Substitutes = {},
): NextAttempt | undefined {
  if (cause.final === true) return undefined;
  for (let index = Math.max(0, climb.rung); index < ladder.length; index++) {
    const rung = ladder[index];
    const used = index === climb.rung ? climb.used : 0;
    const found = rung && attemptOn(rung, used, climb, cause, { waits, down });
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
  { waits, down = NOBODY }: Substitutes,
): Omit<NextAttempt, 'rung' | 'used' | 'time'> | undefined {
  const { on, order, tried, receiver } = climb;
  const { kind } = rung;
  const may = (agent: string): boolean => agent !== waits && !down.has(agent);
  const untried = (agents: readonly string[]) => agents.find((agent) => may(agent) && !tried.includes(agent));
  switch (kind) {
    case 'retry': {
      // The same agent would refuse the same command again.
      const hopeless = cause.error !== undefined && !cause.error.retryable;
      if (used >= rung.times || hopeless || receiver === undefined || down.has(receiver)) return undefined;
      return { kind, on, receiver, pause: pauseBefore(rung, used) };
    }
    case 'agent': {
      const able = order?.filter((agent) => rung.agents.includes(agent)) ?? rung.agents;
      const other = used < rung.times ? untried(able) : undefined;
      return other === undefined ? undefined : { kind, on, receiver: other, pause: 0 };
    }
    case 'channel': {
      const other = untried(rung.agents) ?? rung.agents.find(may);
      return used > 0 || other === undefined ? undefined : { kind, on: rung.channel, receiver: other, pause: 0 };
    }
    case 'person':
      return used > 0 ? undefined : { kind, on, pause: 0 };
  }
}

/**
 * Time to hand a request on, milliseconds: timers count whole seconds and come through a queue. Without it the last of
 * several attempts would be cut short by the delays of the others.
 */
export const HANDOVER_MS = 2_000;

/**
 * The ladder of a request that declares its own attempts: `tries` at its receiver, then the others. The first rung is
 * always there and holds the time of the first attempt; one try makes it a rung without repetition.
 */
export function ownLadder(
  { timeout, tries }: { readonly timeout: number; readonly tries: number },
  others: readonly Rung[],
): Rung[] {
  return [{ kind: 'retry', times: tries - 1, timeout, backoff: DEFAULT_BACKOFF_MS }, ...others];
}

/** Pauses before repetitions where none are declared. */
export const DEFAULT_BACKOFF_MS = { first: 1_000, most: 60_000 } as const;

/** Time that all attempts and pauses of a ladder take when nobody answers, milliseconds; every rung must declare its time. */
export function ladderTime(ladder: readonly Rung[]): number {
  return laterAttempts(ladder, -1, 0).reduce(
    (sum, { time = 0, pause }) => sum + time + pause + HANDOVER_MS,
    declaredTime(ladder, -1) ?? 0,
  );
}

/** Instant at which the first attempt of a request is given up, milliseconds since 1970. */
export function firstAttemptEnd(ladder: readonly Rung[], begun: number, until: number): number {
  return begun + timeFor(ladder, -1, 0, until - begun);
}

/**
 * Time for an attempt: the time that its rung declares, else an equal share of the time that the declared times and
 * pauses of later rungs leave. It is never more than the time left. It is at least {@link SHORTEST_ATTEMPT_MS} where
 * there is that much, and all that is left when the rest would be too short for another attempt.
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

/** Pause before a repetition, milliseconds. It doubles from the first one, without jitter, as requests do not begin together. */
function pauseBefore({ backoff }: Extract<Rung, { kind: 'retry' }>, used: number): number {
  return Math.min(backoff.most, backoff.first * 2 ** Math.min(30, used));
}
