import { laterItemKey } from '../ledger-item.js';

/** Partition of the pending table that holds the quarantines; ids of requests are without `#`. */
export const QUARANTINES_KEY = 'quarantine#all';

/**
 * Item of the ledger table that holds the times for which an agent was in quarantine. It stands beside the replies that the agent
 * puts off, which are no entries either, so that its role reads it without a further right. No command has a name like it.
 */
export function heldTimesKey(agent: string): ReturnType<typeof laterItemKey> {
  return laterItemKey(agent, 'quarantine', 'times');
}
