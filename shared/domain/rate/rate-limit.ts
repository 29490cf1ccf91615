import { LanewayError, unknownName } from '../base/errors.js';

/**
 * The fate of a message over a limit. `delay`: its publisher waits, up to half a minute. `refuse`: it is told `BUSY`, with the time
 * after which to try again. `dead-letter`: an event of an ingress becomes a dead letter.
 */
export type OnLimit = 'delay' | 'refuse' | 'dead-letter';

/** A limit as declared: so many messages a second. */
export interface RateLimitSpec {
  /** Messages a second, above 0. */
  readonly perSecond: number;
  /** Messages at most at one moment, from 1. @defaultValue as many as a second, at least 1 */
  readonly burst?: number;
  /** Fate of a message over the limit. @defaultValue 'refuse'; for an ingress 'delay' */
  readonly onLimit?: OnLimit;
  /**
   * True for one limit over all processes, by a counter that they share: a conditional write for each message, or for a block of them. Up
   * to a quarter of the burst is kept back for blocks. @defaultValue false: each process has the limit for itself
   */
  readonly exact?: boolean;
  /** `tenant` for a limit for each tenant; messages without one share theirs. @defaultValue one for all */
  readonly by?: 'tenant';
}

/** A pace as declared: so many messages a second into the handlers of an agent. */
export type PaceSpec = Pick<RateLimitSpec, 'perSecond' | 'burst' | 'exact'>;

/** A limit, complete. */
export interface RateLimit {
  /** Messages a second. */
  readonly perSecond: number;
  /** Messages at most at one moment. */
  readonly burst: number;
  /** Fate of a message over the limit. */
  readonly onLimit: OnLimit;
  /** True for one limit over all processes. */
  readonly exact: boolean;
  /** Present for a limit for each tenant. */
  readonly by?: 'tenant';
}

/** A pace, complete. */
export type Pace = Pick<RateLimit, 'perSecond' | 'burst' | 'exact'>;

/** Part of an application that a limit is of. */
export type LimitedKind = 'channel' | 'client' | 'ingress' | 'agent';

/** Longest time for which `delay` has a publisher wait, milliseconds. */
export const MOST_RATE_DELAY_MS = 30_000;

/** Longest time ahead for which a turn is given, milliseconds: SQS hides a copy for twelve hours at most. */
export const MOST_TURN_MS = 14_400_000;

/** Highest rate that is taken for one, messages a second. */
const MOST_PER_SECOND = 1_000_000;

const ALLOWED: Readonly<Record<Exclude<LimitedKind, 'agent'>, readonly OnLimit[]>> = {
  channel: ['refuse', 'delay'],
  client: ['refuse', 'delay'],
  // An event is not sent back to who raised it.
  ingress: ['delay', 'dead-letter'],
};

/** Checks a limit, and completes it. @param where place of the limit in the declaration. @throws LanewayError INVALID_OPTION */
export function rateLimitOf(spec: RateLimitSpec, kind: keyof typeof ALLOWED, where: string): RateLimit {
  const [first = 'refuse'] = ALLOWED[kind];
  const { onLimit = first, by } = spec;
  if (!ALLOWED[kind].includes(onLimit))
    throw unknownName('INVALID_OPTION', `${where}.onLimit is '${String(onLimit)}'`, onLimit, ALLOWED[kind], where);
  if (by !== undefined && by !== ('tenant' as string))
    throw unknownName('INVALID_OPTION', `${where}.by is '${String(by)}'`, String(by), ['tenant'], where);
  return { ...paceOf(spec, where), onLimit, ...(by === undefined ? {} : { by }) };
}

/** Checks a pace, and completes it. @param where place of the pace in the declaration. @throws LanewayError INVALID_OPTION */
export function paceOf({ perSecond, burst, exact = false }: PaceSpec, where: string): Pace {
  if (!(perSecond > 0 && perSecond <= MOST_PER_SECOND))
    throw new LanewayError('INVALID_OPTION', `${where}.perSecond is ${perSecond}`, {
      help: [`allowed: a number above 0, up to ${MOST_PER_SECOND}`],
    });
  const most = burst ?? Math.max(1, Math.ceil(perSecond));
  if (!(Number.isInteger(most) && most >= 1 && most <= MOST_PER_SECOND))
    throw new LanewayError('INVALID_OPTION', `${where}.burst is ${most}`, {
      help: [`allowed: a whole number from 1 to ${MOST_PER_SECOND}`],
    });
  return { perSecond, burst: most, exact };
}

/** Key of the bucket of a limited part: `channel.orders`. */
export function bucketKey(kind: LimitedKind, name: string): string {
  return `${kind}.${name}`;
}
