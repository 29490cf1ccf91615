import type { BreakerRecord } from '../../../domain/breaker/breaker.js';
import { breakerFrom } from '../../../domain/breaker/breaker-form.js';
import type { Item } from '../attribute-values.js';
import { laterItemKey, LATER_PARTITIONS, ttlFrom, type LedgerKey } from '../ledger-item.js';

/** Name under which breakers stand among what an agent puts off. No type of a message begins with a small letter. */
const BREAKERS = 'breaker';

/**
 * Place of a breaker: beside the replies that its agent puts off, which are no entries of the ledger either. The agent's role reads and
 * writes there, and nobody else's does.
 */
export function breakerKey({ agent, name }: Pick<BreakerRecord, 'agent' | 'name'>): LedgerKey {
  return laterItemKey(agent, BREAKERS, name);
}

/** Partition of the breakers of an agent. */
export function breakerPartition(agent: string): string {
  return laterItemKey(agent, BREAKERS, '').pk;
}

/** Item of a breaker. What nobody has changed for as long as the ledger lasts is forgotten, unless a person holds it open. */
export function breakerItem(record: BreakerRecord, now: number): Item {
  const { version } = record;
  const ttl = record.tripped === undefined ? { ttl: ttlFrom(now) } : {};
  return { ...breakerKey(record), version, writer: record.writer, breaker: JSON.stringify(record), ...ttl };
}

/** The breaker of an item, by its key; undefined for an item that is none. @throws LanewayError UNREADABLE */
export function breakerOf(item: Item): BreakerRecord | undefined {
  const pk = String(item['pk']);
  const end = `#${BREAKERS}`;
  if (!pk.startsWith(LATER_PARTITIONS) || !pk.endsWith(end)) return undefined;
  const agent = pk.slice(LATER_PARTITIONS.length, -end.length);
  // Anything before the last part but a name belongs to another kind of item.
  return agent.includes('#') ? undefined : breakerFrom(item['breaker'], { agent, name: String(item['sk']) });
}
