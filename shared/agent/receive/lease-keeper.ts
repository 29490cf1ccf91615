import type { DeliveryKey } from '../../domain/delivery/delivery.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import type { ReceivedCopy, Renewal, Services } from './services.js';

/** Added to a lease when its copy is hidden, so that the copy never reappears while it is worked on. */
export const VISIBILITY_MARGIN_SECONDS = 5;

/** A handling whose lease is kept. */
interface Held {
  readonly key: DeliveryKey;
  readonly owner: string;
  /** Tells the handling that it is over. */
  readonly stop: (why: LanewayError) => void;
}

/**
 * RetainedFields the leases of one batch, and the copies of it hidden, in short steps while the process lives; so that a process
 * that is killed costs one step and not the longest handling. Not beyond `end`. A handling whose lease was lost, or whose
 * request was taken back, is told.
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

  /** When a lease taken or renewed now is to end, milliseconds since 1970. */
  until(now: number): number {
    return Math.min(this.#end, now + this.#renewal.lease);
  }

  /** How long a copy is to be hidden from now. */
  hiddenSeconds(now: number): number {
    return Math.ceil((this.until(now) - now) / 1000) + VISIBILITY_MARGIN_SECONDS;
  }

  /** Starts renewing. @returns what ends it */
  start(): () => void {
    return this.#renewal.repeat(() => this.renew());
  }

  /** RetainedFields a lease from now on. @returns what ends that */
  hold(held: Held): () => void {
    this.#held.add(held);
    return () => void this.#held.delete(held);
  }

  /** A copy that has its verdict. */
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

/** What Laneway itself stops a handling with: an error of the same code that a handler throws is the handler's failure. */
export class StoppedHandling extends LanewayError {}

/** What a handling is stopped with whose request was taken back. */
export function cancelledError(messageId: string): LanewayError {
  return new StoppedHandling('CANCELLED', `the request of ${messageId} was taken back while it was handled`);
}
