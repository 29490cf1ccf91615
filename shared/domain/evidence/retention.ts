/** Days that entries of the ledger outlive their last change; lanes (4 d) and dead letter queues (14 d) are shorter. */
export const RETENTION_DAYS = 21;
