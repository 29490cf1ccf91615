import type { BreakerKey, BreakerRecord } from './breaker.js';

/** Answer to a write: it was made, or the record that stands in its way (undefined: there is none). */
export type BreakerWrite =
  { readonly kind: 'stored' } | { readonly kind: 'other'; readonly standing: BreakerRecord | undefined };

/**
 * Breakers of agents, shared by their processes. An agent reads and writes its own only. Every write is made on the version that its
 * writer saw, so that of any number of processes one makes it.
 */
export interface BreakerStore {
  /** The breaker as it stands, read consistently; undefined when there is none. @throws LanewayError UNAVAILABLE, UNREADABLE */
  get(key: BreakerKey): Promise<BreakerRecord | undefined>;
  /**
   * Writes a breaker whose version follows on the one that stands; version 1 where there is none. The same write repeated is
   * `stored` as well. @throws LanewayError UNAVAILABLE, UNREADABLE
   */
  put(record: BreakerRecord): Promise<BreakerWrite>;
  /** Breakers of an agent, by name. One that cannot be read is passed over. @throws LanewayError UNAVAILABLE */
  of(agent: string): Promise<readonly BreakerRecord[]>;
}
