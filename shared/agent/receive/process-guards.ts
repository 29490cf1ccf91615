import { randomUUID } from 'node:crypto';
import { RateLimiter } from '../../domain/rate/rate-limiter.js';
import { SeenPauses } from '../pause/seen-pauses.js';
import type { SeenBreaker } from '../guard/seen-breaker.js';
import { leaseOwner } from '../../domain/delivery/lease-owner.js';
import type { QosProfile } from '../../domain/delivery/qos.js';
import { DEFAULT_RETRY_BUDGET, RetryMeter } from '../../domain/delivery/retry-budget.js';

/** One delivery in this many is counted, with this weight. */
export const COUNTED_SHARE = 32;

/** Conversations over their budget that a process remembers; the oldest are forgotten first. */
const MOST_SPENT = 1_000;

/**
 * Memory of a process beyond one batch, by which it protects the stores and agents that it works with. One for each
 * process and agent.
 */
export class ProcessGuards {
  /** Breakers of the agent's guarded calls as the process saw them last, by name. */
  readonly breakers = new Map<string, SeenBreaker>();
  /** Pauses of channels as the process saw them last. */
  readonly pauses = new SeenPauses();
  /** Token buckets of the process. */
  readonly limiter = new RateLimiter();
  readonly #meters = new Map<string, RetryMeter>();
  readonly #spent = new Set<string>();
  readonly #process = randomUUID();
  readonly #random: () => number;
  #leases = 0;

  /** @param random from 0 up to 1, of which no sender can know the next */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /**
   * True when the delivery at hand is counted for all of its conversation, as one in {@link COUNTED_SHARE} is. The message has no part
   * in it: a sender that chooses its ids would choose those that are never counted.
   */
  counts(): boolean {
    return this.#random() * COUNTED_SHARE < 1;
  }

  /**
   * Makes an owner that no other request for a lease has, in this process or another. It is not a UUID for each: the
   * store keeps it, and V8 keeps the thirty parts of a UUID's text apart until somebody reads it.
   */
  newOwner(): string {
    this.#leases += 1;
    return leaseOwner(this.#process, this.#leases);
  }

  /** The retry budget of a channel. */
  retriesOf(channel: string, qos: QosProfile): RetryMeter {
    const known = this.#meters.get(channel);
    if (known) return known;
    const meter = new RetryMeter(qos.retryBudget ?? DEFAULT_RETRY_BUDGET);
    this.#meters.set(channel, meter);
    return meter;
  }

  /** True for a conversation that was found to be over its budget. */
  isSpent(correlationId: string): boolean {
    return this.#spent.size > 0 && this.#spent.has(correlationId);
  }

  /** Notes that a conversation is over its budget. */
  spend(correlationId: string): void {
    const [oldest] = this.#spent.size >= MOST_SPENT ? this.#spent : [];
    if (oldest !== undefined) this.#spent.delete(oldest);
    this.#spent.add(correlationId);
  }
}
