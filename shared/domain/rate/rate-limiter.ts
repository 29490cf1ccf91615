import type { Clock } from '../base/clock.js';
import { LanewayError } from '../base/errors.js';
import { MOST_TURN_MS, type Pace } from './rate-limit.js';
import type { BucketName, RateStore, SeenState } from './rate-store.js';
import { reserve, type Bucket, type BucketState, type Reservation } from './token-bucket.js';

/** Longest time for which a process keeps tokens that it took as a block, milliseconds. */
const BLOCK_MS = 250;
/** Part of a burst that is kept back for blocks at most. */
const BLOCK_SHARE = 1 / 4;
/** Writes that meet those of others, at most. */
const MOST_MEETINGS = 50;
/** Buckets that a process remembers; the oldest are forgotten first. */
const MOST_BUCKETS = 10_000;
/** Time by which the clocks of processes may be apart, milliseconds. */
const CLOCKS_APART_MS = 60_000;

/** Tokens of a bucket that processes share, as one of them has them: so many more the next time when they are used up. */
interface Block {
  /** Tokens that are left. */
  left: number;
  /** Tokens that were taken. */
  readonly tokens: number;
  /** Instants from which and until which they may be used, milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
}

/** A limited part of an application, at one message. */
export interface Limited extends BucketName {
  readonly limit: Pace;
  /** Tokens that are taken together. @defaultValue 1 */
  readonly tokens?: number;
}

/** Time and shared buckets, as a process reaches them. */
export interface RatePlace {
  readonly clock: Clock;
  /** Buckets that processes share; needed for limits that are exact. */
  readonly rates?: RateStore | undefined;
}

/** Token buckets of a process, and its part in those that are shared. */
export class RateLimiter {
  readonly #states = new Map<string, number>();
  readonly #blocks = new Map<string, Block>();
  /** Writes that are under way, by bucket. */
  readonly #taking = new Map<string, Promise<void>>();

  /**
   * Takes the tokens of each limit, at once or within `mostWait`. Where one has none, none is taken, and what was taken of a shared one is
   * given back.
   * @param at the time, and the buckets that processes share
   * @returns the longest wait, milliseconds; or the limit that is over, with the time until there is room again
   * @throws LanewayError UNAVAILABLE when a shared bucket could not be reached; CONFIGURATION without a store for one
   */
  async reserve(
    limits: readonly Limited[],
    at: RatePlace,
    mostWait = 0,
  ): Promise<{ readonly wait: number } | { readonly over: Limited; readonly wait: number }> {
    const before = this.#own(limits, at, mostWait);
    if ('over' in before) return before;
    let { wait } = before;
    const exact = limits.filter(({ limit }) => limit.exact);
    const taken: Limited[] = [];
    for (const one of exact) {
      const answer = await this.#shared(one, at, mostWait);
      if (answer.kind === 'over') {
        await this.#giveBack(taken, at);
        return { over: one, wait: answer.wait };
      }
      taken.push(one);
      wait = Math.max(wait, answer.wait);
    }
    // Others may have taken theirs meanwhile.
    const own = exact.length === 0 ? before : this.#own(limits, at, mostWait);
    if ('over' in own) {
      await this.#giveBack(taken, at);
      return own;
    }
    for (const [bucket, state] of own.states) this.#remember(bucket, state);
    return { wait: Math.max(wait, own.wait) };
  }

  /** Buckets of this process as they would be after the tokens of each. */
  #own(limits: readonly Limited[], { clock }: RatePlace, mostWait: number) {
    const now = clock.now();
    const states: [string, number][] = [];
    let wait = 0;
    for (const one of limits.filter(({ limit }) => !limit.exact)) {
      const answer = reserve(within(this.#states.get(placeOf(one)), one.limit, now), one.limit, now, {
        ...{ tokens: one.tokens ?? 1, mostWait },
      });
      if (answer.kind === 'over') return { over: one, wait: answer.wait };
      states.push([placeOf(one), answer.state]);
      wait = Math.max(wait, answer.wait);
    }
    return { states, wait };
  }

  /**
   * Takes a token of a shared bucket, out of the block that this process has, or by a conditional write. One call of a process writes at a
   * time: what it takes may be enough for those that wait for it.
   */
  async #shared(bucket: Limited, at: RatePlace, mostWait: number): Promise<Reservation> {
    const place = placeOf(bucket);
    for (;;) {
      const now = at.clock.now();
      const block = this.#blocks.get(place);
      if (block && block.left >= (bucket.tokens ?? 1) && now < block.until && now >= block.since) {
        block.left -= bucket.tokens ?? 1;
        return { kind: 'taken', state: now, wait: 0 };
      }
      const taking = this.#taking.get(place);
      if (taking === undefined) break;
      await taking;
    }
    const taken = this.#take(bucket, at, mostWait);
    this.#taking.set(
      place,
      taken.then(
        () => undefined,
        () => undefined,
      ),
    );
    try {
      return await taken;
    } finally {
      this.#taking.delete(place);
    }
  }

  /**
   * Takes a block of tokens and uses one, or a token alone. What a process keeps for a moment flows into no stretch of time on top: the
   * bucket is smaller by what flows in for so long.
   */
  async #take(bucket: Limited, at: RatePlace, mostWait: number): Promise<Reservation> {
    const place = placeOf(bucket);
    const { limit, tokens: asked = 1 } = bucket;
    const most = { perSecond: limit.perSecond, burst: mostAtOnce(limit) };
    const flows = limit.burst - most.burst;
    if (flows === 0 || asked > 1) return this.#swap(bucket, most, at, { tokens: asked, mostWait });
    const before = this.#blocks.get(place);
    const tokens = before && before.left === 0 ? Math.min(flows, before.tokens * 2) : 1;
    const since = at.clock.now();
    const many = tokens > 1 ? await this.#swap(bucket, most, at, { tokens, mostWait: 0 }) : undefined;
    const answer = many?.kind === 'taken' ? many : await this.#swap(bucket, most, at, { tokens: 1, mostWait });
    const got = many?.kind === 'taken' ? tokens : 1;
    const until = since + (flows * 1_000) / limit.perSecond;
    this.#blocks.set(place, { left: answer.kind === 'taken' ? got - 1 : 0, tokens: got, since, until });
    return answer;
  }

  /** Gives tokens of shared buckets back, best effort: what others write meanwhile may leave it undone. */
  async #giveBack(taken: readonly Limited[], at: RatePlace): Promise<void> {
    for (const one of taken) {
      const asked = { tokens: -(one.tokens ?? 1), mostWait: MOST_TURN_MS };
      await this.#swap(one, one.limit, at, asked).catch(() => undefined);
    }
  }

  async #swap(
    bucket: Limited,
    limit: Bucket,
    { clock, rates }: RatePlace,
    asked: { readonly tokens: number; readonly mostWait: number },
  ): Promise<Reservation> {
    if (rates === undefined)
      throw new LanewayError('CONFIGURATION', `the limit of ${bucket.key} is exact, and there is no shared counter`, {
        help: ['deploy the application again, and its publishers with it'],
      });
    const place = placeOf(bucket);
    let seen: SeenState = this.#states.get(place) ?? 'absent';
    for (let meeting = 0; meeting < MOST_MEETINGS; meeting++) {
      const now = clock.now();
      const answer = reserve(within(seen, bucket.limit, now), limit, now, asked);
      // What others took since would only lengthen the wait.
      if (answer.kind === 'over') return answer;
      const standing = await rates.swap(bucket, seen, answer.state);
      seen = standing ?? answer.state;
      if (typeof seen === 'number') this.#remember(place, seen);
      else this.#states.delete(place);
      if (standing === undefined) return answer;
      // The first only says what others have written since this process looked last.
      if (meeting > 0) await rates.spread?.(meeting);
    }
    throw new LanewayError('UNAVAILABLE', `the shared counter of ${bucket.key} is being written by others`);
  }

  #remember(place: string, state: number): void {
    this.#states.delete(place);
    const [oldest] = this.#states.size >= MOST_BUCKETS ? this.#states.keys() : [];
    if (oldest !== undefined) {
      this.#states.delete(oldest);
      this.#blocks.delete(oldest);
    }
    this.#states.set(place, state);
  }
}

/** Most tokens of a limit that may be taken together: its burst, less what an exact one keeps back for blocks. */
export function mostAtOnce({ burst, exact, perSecond }: Pace): number {
  const flows = Math.floor(Math.min((BLOCK_MS * perSecond) / 1_000, BLOCK_SHARE * burst));
  // A block of one token is none.
  return exact && flows >= 2 ? burst - flows : burst;
}

/**
 * State of a bucket, if it could have come to it. One that is spoilt, or further ahead than any turn, is full: so the next write puts it
 * right, and whoever wrote it holds nobody up.
 */
function within(seen: SeenState | undefined, { burst, perSecond }: Bucket, now: number): BucketState {
  const furthest = now + (burst * 1_000) / perSecond + MOST_TURN_MS + CLOCKS_APART_MS;
  return typeof seen === 'number' && seen <= furthest ? seen : undefined;
}

function placeOf({ key, tenant }: BucketName): string {
  return `${key}#${tenant}`;
}
