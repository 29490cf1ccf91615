import { seenState, type BucketName, type RateStore, type SeenState } from '../../../domain/rate/rate-store.js';

/** Shared buckets in memory. */
export class MemoryRates implements RateStore {
  /** Stored values by their place, as `placeOf` names it. */
  readonly states = new Map<string, unknown>();

  async swap(bucket: BucketName, seen: SeenState, state: number): Promise<SeenState | undefined> {
    const place = MemoryRates.placeOf(bucket);
    const standing = seenState(this.states.get(place));
    if (standing !== seen) return Promise.resolve(standing);
    this.states.set(place, state);
    return Promise.resolve(undefined);
  }

  static placeOf({ key, tenant }: BucketName): string {
    return JSON.stringify([key, tenant]);
  }
}
