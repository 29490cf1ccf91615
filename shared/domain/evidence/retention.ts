/**
 * Days that entries of the ledger outlive their last change. Lanes (4 days) and dead letter queues (14 days) keep their
 * messages for less.
 */
export const RETENTION_DAYS = 21;

/** Days that payloads are kept: longer than lane (4 d) and dead letter queue (14 d) together, and than ledger items. */
export const PAYLOAD_DAYS = 30;
