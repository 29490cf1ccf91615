import { MOST_TURN_MS } from './rate-limit.js';
import type { Limited, RateLimiter, RatePlace } from './rate-limiter.js';

/** Turns that a process remembers; the oldest are forgotten first, and their copies get others. */
const MOST_TURNS = 100_000;

/**
 * Turns of copies that come faster than they may. Each gets an instant of its own, at which it comes again and goes on: so a copy waits
 * once, and not again and again until SQS takes it for poison.
 */
export class Turns {
  readonly #turns = new Map<string, number>();

  /**
   * Milliseconds until the turn of a copy; 0 when it may go on now.
   * @param copy id that it has every time it comes
   * @throws LanewayError UNAVAILABLE when a shared bucket could not be reached
   */
  async of(copy: string, limited: Limited, limiter: RateLimiter, at: RatePlace): Promise<number> {
    const now = at.clock.now();
    const known = this.#turns.get(copy);
    if (known !== undefined) {
      if (known > now) return known - now;
      this.#turns.delete(copy);
      return 0;
    }
    const { wait } = await limiter.reserve([limited], at, MOST_TURN_MS);
    if (wait === 0) return 0;
    // So far ahead nobody has a turn: it asks again then.
    if (wait > MOST_TURN_MS) return MOST_TURN_MS;
    const [oldest] = this.#turns.size >= MOST_TURNS ? this.#turns.keys() : [];
    if (oldest !== undefined) this.#turns.delete(oldest);
    this.#turns.set(copy, now + wait);
    return wait;
  }
}
