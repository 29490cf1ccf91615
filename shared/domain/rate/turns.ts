import { MOST_TURN_MS } from './rate-limit.js';
import type { Limited, RateLimiter, RatePlace } from './rate-limiter.js';

/** Time ahead from which a copy that has waited takes a token, milliseconds: copies come back at whole seconds, several at one moment. */
const ROOM_MS = 1_000;

/** A copy that a limit meets. */
export interface TurnAsked {
  /** Number of this receipt, from 1. */
  readonly receives: number;
  /** Milliseconds for which it is of use. @defaultValue for as long as a turn may be ahead */
  readonly left?: number;
}

/**
 * Takes a token for a copy, or gives it a turn: an instant at which it comes again and asks. Turns are given one after the other, as tokens
 * flow in, and by a schedule of their own: a token of the future would be lost when the copy comes to another process, which knows
 * nothing of it. Who has waited is served before who comes.
 * @returns milliseconds until its turn; 0 when it may go on now
 * @throws LanewayError UNAVAILABLE when a shared bucket could not be reached
 */
export async function turnOf(
  limited: Limited,
  { receives, left = MOST_TURN_MS }: TurnAsked,
  limiter: RateLimiter,
  at: RatePlace,
): Promise<number> {
  const token = await limiter.reserve([limited], at, receives > 1 ? ROOM_MS : 0);
  if (!('over' in token)) return 0;
  const { key, tenant, limit } = limited;
  const schedule = { key, tenant: `${tenant}#turns`, limit: { ...limit, burst: 1 } };
  const turn = await limiter.reserve([schedule], at, Math.min(MOST_TURN_MS, left));
  return Math.min(MOST_TURN_MS, Math.max(token.wait, turn.wait));
}
