import { laterItemKey, type LedgerKey } from '../ledger-item.js';

/**
 * Item of the ledger table that holds the pauses of channels. It stands beside the replies that agents put off, which are no entries
 * either, in the place of an agent without a name: no role of an agent writes it, and each may read it.
 */
export const PAUSES_KEY: LedgerKey = laterItemKey('', 'pauses', 'channels');

/** Item in which an agent notes what waits for it on a paused channel. No command has a name like it. */
export function waitingKey(agent: string, channel: string): LedgerKey {
  return laterItemKey(agent, 'waiting', channel);
}
