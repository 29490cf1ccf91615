import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { rank, type Priority } from '../../shared/domain/base/priority.js';
import { quantile } from './quantile.js';

/** Deliveries of one lane and their times in milliseconds, counted from the ledger. */
export interface LaneStatistics {
  readonly agent: string;
  readonly priority: Priority;
  readonly deliveries: number;
  /** From publishing to the first receipt: bus, queue and poller. */
  readonly waitP50: number;
  readonly waitMost: number;
  /** From the first receipt to the outcome. */
  readonly handleP50: number;
}

/** Statistics of every lane that took part, in the order of agents and priorities. */
export function laneStatistics(entries: Iterable<LedgerEntry>): LaneStatistics[] {
  const lanes = new Map<string, { agent: string; priority: Priority; waits: number[]; handled: number[] }>();
  for (const entry of entries) {
    if (entry.kind !== 'delivery') continue;
    const { receiver, facts, firstReceived, updated } = entry.delivery;
    const key = `${receiver} ${facts.priority}`;
    const lane = lanes.get(key) ?? { agent: receiver, priority: facts.priority, waits: [], handled: [] };
    lanes.set(key, lane);
    lane.waits.push(Date.parse(firstReceived) - Date.parse(facts.time));
    lane.handled.push(Date.parse(updated) - Date.parse(firstReceived));
  }
  return [...lanes.values()]
    .sort((a, b) => (a.agent === b.agent ? rank(a.priority) - rank(b.priority) : a.agent < b.agent ? -1 : 1))
    .map(({ agent, priority, waits, handled }) => ({
      agent,
      priority,
      deliveries: waits.length,
      waitP50: quantile(waits, 0.5),
      waitMost: Math.max(...waits),
      handleP50: quantile(handled, 0.5),
    }));
}
