/** A bucket that processes share: of one part of an application, or of one tenant of it. */
export interface BucketName {
  /** Part of the application, as {@link bucketKey} names it. */
  readonly key: string;
  /** Tenant whose bucket it is; empty for one of all. */
  readonly tenant: string;
}

/** Buckets that processes share, each a number that changes by conditional writes. */
export interface RateStore {
  /**
   * Puts the state of a bucket in the place of the one that was seen.
   * @param seen undefined for a bucket that is not there
   * @returns undefined when it did, else the state that is there now
   */
  swap(bucket: BucketName, seen: number | undefined, state: number): Promise<number | undefined>;
}
