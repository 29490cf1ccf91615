import type { DeliveryKey } from '../../domain/delivery/delivery.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import type { ReceivedCopy, Renewal, Services } from './services.js';

/** Seconds added to a lease when its copy is hidden, so that the copy never reappears while it is worked on. */
export const VISIBILITY_MARGIN_SECONDS = 5;

/** A handling whose lease is kept. */
interface Held {
  readonly key: DeliveryKey;
  readonly owner: string;
  /** Tells the handling that it is over. */
  readonly stop: (why: LanewayError) => void;
}

/**
 * Keeps the leases of one batch, and keeps its copies hidden, in short steps while the process lives. A process that is
 * killed then costs one step, and not the longest handling. Nothing is kept beyond `end`. A handling is told when its
 * lease was lost or its request was taken back.
 */
export class LeaseKeeper {
  readonly #services: Services;
  readonly #renewal: Renewal;
  readonly #end: number;
  readonly #hide: (copies: readonly ReceivedCopy[], seconds: number) => Promise<void>;
  readonly #copies: Set<ReceivedCopy>;
  readonly #held = new Set<Held>();

  constructor(
    services: Services,
    renewal: Renewal,
    copies: readonly ReceivedCopy[],
    end: number,
    hide: (copies: readonly ReceivedCopy[], seconds: number) => Promise<void>,
  ) {
    this.#services = services;
    this.#renewal = renewal;
    this.#copies = new Set(copies);
    this.#end = end;
    this.#hide = hide;
  }

  /** End of a lease that is taken or renewed now, milliseconds since 1970. */
  until(now: number): number {
    return Math.min(this.#end, now + this.#renewal.lease);
  }

  /** Seconds from now for which a copy is to be hidden. */
  hiddenSeconds(now: number): number {
    return Math.ceil((this.until(now) - now) / 1000) + VISIBILITY_MARGIN_SECONDS;
  }

  /** Starts renewing. @returns the function that ends it */
  start(): () => void {
    return this.#renewal.repeat(() => this.renew());
  }

  /** Keeps a lease from now on. @returns the function that ends it */
  hold(held: Held): () => void {
    this.#held.add(held);
    return () => void this.#held.delete(held);
  }

  /** Takes a copy out that has its verdict. */
  done(copy: ReceivedCopy): void {
    this.#copies.delete(copy);
  }

  /** Renews all leases, and hides all copies that have no verdict yet. A failure leaves it to the next time. */
  async renew(): Promise<void> {
    const { clock, log } = this.#services;
    const now = clock.now();
    if (now >= this.#end) return;
    await Promise.all([
      this.#hide([...this.#copies], this.hiddenSeconds(now)),
      ...[...this.#held].map((held) =>
        this.#renewOne(held, now).catch((error: unknown) => {
          log.warn('a lease could not be renewed', { id: held.key.messageId, error: summarizeError(error).message });
        }),
      ),
    ]);
  }

  async #renewOne({ key, owner, stop }: Held, now: number): Promise<void> {
    const renewed = await this.#services.deliveries.renew(key, owner, this.until(now), now);
    if (renewed === 'lost')
      stop(new StoppedHandling('LEASE_LOST', `somebody else has taken ${key.messageId} over`, { retryable: true }));
    if (renewed === 'cancelled') stop(cancelledError(key.messageId));
  }
}

/**
 * Error with which Laneway itself stops a handling. An error of the same code that a handler throws is the handler's
 * failure, and no stop.
 */
export class StoppedHandling extends LanewayError {}

/** Error that stops a handling whose request was taken back. */
export function cancelledError(messageId: string): LanewayError {
  return new StoppedHandling('CANCELLED', `the request of ${messageId} was taken back while it was handled`);
}
