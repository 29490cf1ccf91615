/** Time after a message's expiry in which a receiver may still record that it expired. */
export const EXPIRY_GRACE_MS = 15 * 60_000;
