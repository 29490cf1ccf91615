import { fnv1a } from '../../domain/delivery/causal-path.js';
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
  readonly #meters = new Map<string, RetryMeter>();
  readonly #spent = new Set<string>();

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

/**
 * True for a delivery that is counted, one in {@link COUNTED_SHARE}. The end of its message's id decides, so that a
 * repetition is counted as well.
 */
export function isCounted(messageId: string): boolean {
  return fnv1a(messageId.slice(-8)) % COUNTED_SHARE === 0;
}
