/**
 * Days that entries of the ledger outlive their last change. Lanes (4 days) and dead letter queues (14 days) keep their
 * messages for less.
 */
export const RETENTION_DAYS = 21;
