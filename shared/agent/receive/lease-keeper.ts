import type { DeliveryKey } from '../../domain/delivery/delivery.js';
import { summarizeError } from '../../domain/base/errors.js';
import type { ReceivedCopy, Renewal, Services } from './services.js';
import { cancelledError, leaseLostError, type Stop } from './stopped-handling.js';

/** Seconds added to a lease when its copy is hidden, so that the copy never reappears while it is worked on. */
export const VISIBILITY_MARGIN_SECONDS = 5;

/** A handling whose lease is kept. */
interface Held {
  readonly key: DeliveryKey;
  readonly owner: string;
  /** Tells the handling that it is over. */
  readonly stop: Stop;
}

/** Batch whose leases are kept. */
export interface KeptBatch {
  readonly renewal: Renewal;
  readonly copies: readonly ReceivedCopy[];
  /** Instant beyond which nothing is kept, milliseconds since 1970. */
  readonly end: number;
  /** Hides copies for so many seconds. */
  readonly hide: (copies: readonly ReceivedCopy[], seconds: number) => Promise<void>;
}

/**
 * Keeps the leases of one batch, and keeps its copies hidden, in short steps while the process lives. A process that is
 * killed then costs one step, and not the longest handling. Nothing is kept beyond `end`. A handling is told when its
 * lease was lost or its request was taken back.
 */
export class LeaseKeeper {
  readonly #services: Services;
  readonly #batch: KeptBatch;
  readonly #copies: Set<ReceivedCopy>;
  readonly #held = new Set<Held>();

  constructor(services: Services, batch: KeptBatch) {
    this.#services = services;
    this.#batch = batch;
    this.#copies = new Set(batch.copies);
  }

  /** End of a lease that is taken or renewed now, milliseconds since 1970. */
  until(now: number): number {
    return Math.min(this.#batch.end, now + this.#batch.renewal.lease);
  }

  /** Seconds from now for which a copy is to be hidden. */
  hiddenSeconds(now: number): number {
    return Math.ceil((this.until(now) - now) / 1000) + VISIBILITY_MARGIN_SECONDS;
  }

  /** Starts renewing. @returns the function that ends it */
  start(): () => void {
    return this.#batch.renewal.repeat(() => this.renew());
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
    if (now >= this.#batch.end) return;
    await Promise.all([
      this.#batch.hide([...this.#copies], this.hiddenSeconds(now)),
      ...[...this.#held].map((held) =>
        this.#renewOne(held, now).catch((error: unknown) => {
          log.warn('a lease could not be renewed', { id: held.key.messageId, error: summarizeError(error).message });
        }),
      ),
    ]);
  }

  async #renewOne({ key, owner, stop }: Held, now: number): Promise<void> {
    const renewed = await this.#services.deliveries.renew(key, owner, this.until(now), now);
    if (renewed === 'lost') stop(leaseLostError(key.messageId));
    if (renewed === 'cancelled') stop(cancelledError(key.messageId));
  }
}
