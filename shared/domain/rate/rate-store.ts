/** A bucket that processes share: of one part of an application, or of one tenant of it. */
export interface BucketName {
  /** Part of the application, as {@link bucketKey} names it. */
  readonly key: string;
  /** Tenant whose bucket it is; empty for one of all. */
  readonly tenant: string;
}

/** State of a shared bucket as it was found; `absent` where none stands, `unusable` for what somebody has spoilt. Both are full. */
export type SeenState = number | 'absent' | 'unusable';

/** Buckets that processes share, each a number that changes by conditional writes. */
export interface RateStore {
  /**
   * Puts the state of a bucket in the place of the one that was seen.
   * @returns undefined when it did, else what is there now
   */
  swap(bucket: BucketName, seen: SeenState, state: number): Promise<SeenState | undefined>;
  /** Waits for a time of its own, so that those who met do not meet in step again. @param meeting number of meetings, from 1 */
  spread?(meeting: number): Promise<unknown>;
}

/** Highest number that is taken for the state of a bucket: the last instant that a date can have. */
export const MOST_STATE = 8.64e15;

/** A stored value as the state of a bucket. @param value undefined where nothing stands */
export function seenState(value: unknown): SeenState {
  if (value === undefined) return 'absent';
  return typeof value === 'number' && value >= 0 && value <= MOST_STATE ? value : 'unusable';
}
