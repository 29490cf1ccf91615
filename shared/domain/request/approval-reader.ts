import type { PendingRecord } from './pending.js';

/** Reads requests without their waiters, which hold task tokens. */
export interface ApprovalReader {
  /** Consistent read. @throws LanewayError UNAVAILABLE, to be repeated */
  get(id: string): Promise<Omit<PendingRecord, 'waiter'> | undefined>;
}
