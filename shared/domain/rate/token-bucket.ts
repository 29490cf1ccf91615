/** A token bucket: so many tokens a second, and at most so many at once. */
export interface Bucket {
  /** Tokens that flow in each second. */
  readonly perSecond: number;
  /** Tokens that it holds at most: as many may be taken at one moment. */
  readonly burst: number;
}

/**
 * State of a bucket: the instant at which it would be full again if nothing more was taken, milliseconds since 1970. Undefined for one
 * that nobody has taken from.
 */
export type BucketState = number | undefined;

/** Answer of {@link reserve}. */
export type Reservation =
  /** The tokens are taken. They may be used after `wait` milliseconds. */
  | { readonly kind: 'taken'; readonly state: number; readonly wait: number }
  /** Nothing is taken: the tokens would be there after `wait` milliseconds. */
  | { readonly kind: 'over'; readonly wait: number };

/**
 * Takes tokens from a bucket, those of the future included, as long as they are there within `mostWait`. Where everybody waits as told, no
 * stretch of time sees more than `burst` and what flows in meanwhile. (Formula: generic cell rate algorithm in its form of virtual
 * scheduling, ITU-T I.371, 2004.)
 * @param now milliseconds since 1970
 * @param tokens number of tokens, from 1 to `burst`; below 0 for tokens that are given back
 * @param mostWait milliseconds
 */
export function reserve(
  state: BucketState,
  { perSecond, burst }: Bucket,
  now: number,
  { tokens = 1, mostWait = 0 }: { readonly tokens?: number; readonly mostWait?: number } = {},
): Reservation {
  const every = 1_000 / perSecond;
  const full = Math.max(state ?? Number.NEGATIVE_INFINITY, now) + tokens * every;
  const wait = Math.max(0, full - burst * every - now);
  // A remainder of rounding is no wait.
  if (wait < 1e-6) return { kind: 'taken', state: full, wait: 0 };
  return wait > mostWait ? { kind: 'over', wait } : { kind: 'taken', state: full, wait };
}
