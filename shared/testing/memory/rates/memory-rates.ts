import type { BucketName, RateStore } from '../../../domain/rate/rate-store.js';

/** Shared buckets in memory. */
export class MemoryRates implements RateStore {
  readonly #states = new Map<string, number>();

  async swap({ key, tenant }: BucketName, seen: number | undefined, state: number): Promise<number | undefined> {
    const place = JSON.stringify([key, tenant]);
    const standing = this.#states.get(place);
    if (standing !== seen) return Promise.resolve(standing ?? 0);
    this.#states.set(place, state);
    return Promise.resolve(undefined);
  }
}
