import { milliseconds, type Duration } from '../base/duration.js';

/**
 * Share of an agent's handlings on one channel that may be quick retries. Over the last `window`, in one process:
 * retries ≤ `minimum` + `share` × first tries. A retry within the budget waits its ordinary backoff; one beyond it
 * waits the longest backoff of the channel. (The terms are those of Finagle's `RetryBudget`: `percentCanRetry`,
 * `minRetriesPerSec`, `ttl`. gRPC's `retryThrottling` has the same purpose with a count of failures instead.)
 */
export interface RetryBudget {
  /** Quick retries for each first try, 0 to 10. */
  readonly share: number;
  /** Quick retries that every window allows, so that a channel with little traffic can retry; from 0. */
  readonly minimum: number;
  /** Time over which both are counted, 1 second to 1 hour. */
  readonly window: Duration;
}

/** One retry for five first tries, and ten a minute in any case. */
export const DEFAULT_RETRY_BUDGET: RetryBudget = { share: 0.2, minimum: 10, window: '1 minute' };

/** Parts in which a window is counted, so that it moves on in tenths. */
const SLOTS = 10;

/**
 * Counter of first tries and retries of one agent's channel in one process. It holds a few numbers and allocates
 * nothing once it is made.
 */
export class RetryMeter {
  readonly #share: number;
  readonly #minimum: number;
  readonly #slotMs: number;
  readonly #first = new Array<number>(SLOTS).fill(0);
  readonly #retries = new Array<number>(SLOTS).fill(0);
  /** Number of the slot that was counted in last. */
  #slot = 0;

  constructor(budget: RetryBudget) {
    this.#share = budget.share;
    this.#minimum = budget.minimum;
    this.#slotMs = milliseconds(budget.window) / SLOTS;
  }

  /** Notes the first try of a message. */
  first(now: number): void {
    const at = this.#turnTo(now);
    this.#first[at] = (this.#first[at] ?? 0) + 1;
  }

  /** Takes one quick retry out of the budget; false when there is none left. */
  take(now: number): boolean {
    const at = this.#turnTo(now);
    const first = sum(this.#first);
    const retries = sum(this.#retries);
    if (retries + 1 > this.#minimum + this.#share * first) return false;
    this.#retries[at] = (this.#retries[at] ?? 0) + 1;
    return true;
  }

  /** Empties the parts of the window that have passed since the last call. */
  #turnTo(now: number): number {
    const slot = Math.floor(now / this.#slotMs);
    const passed = Math.min(SLOTS, slot - this.#slot);
    for (let step = 1; step <= passed; step++) {
      const old = (slot - passed + step) % SLOTS;
      this.#first[old] = 0;
      this.#retries[old] = 0;
    }
    if (slot > this.#slot) this.#slot = slot;
    return this.#slot % SLOTS;
  }
}

function sum(counts: readonly number[]): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
