import { deliveryId } from '../../domain/evidence/conversation.js';
import type { ArchiveLine, ArchiveReader } from '../../domain/evidence/archive.js';
import { isSettled, type DeliveryRecord } from '../../domain/delivery/delivery.js';
import { entryFacts, type EntryFacts } from '../../domain/evidence/ledger-rows.js';

/** Filter of a view's entries; every field that is given must fit. Times are ISO 8601; `to` is excluded. */
export interface ViewFilter {
  readonly from?: string;
  readonly to?: string;
  readonly agent?: string;
  readonly type?: string;
  readonly state?: string;
  readonly kind?: string;
}

/** An entry as it stood at the end of the time that is looked at. */
export interface ViewedEntry extends EntryFacts {
  readonly at: string;
  readonly conversation: string;
}

/** Field that deliveries are counted by. */
export type StatsBy = 'agent' | 'type' | 'state';

/** Counts and durations of deliveries. Durations in milliseconds, undefined where nothing was measured. */
export interface LedgerStats {
  readonly of: string;
  readonly deliveries: number;
  readonly completed: number;
  readonly expired: number;
  readonly deadLettered: number;
  readonly inFlight: number;
  readonly tries: number;
  /** Milliseconds from publishing to receiving. */
  readonly waitP50: number | undefined;
  readonly waitP99: number | undefined;
  /** Milliseconds from receiving to the outcome, tries and their pauses included. */
  readonly handlingP50: number | undefined;
  readonly handlingP99: number | undefined;
}

type Told = (day: string, lines: number) => void;

/**
 * The entries of the archive as they last stood, the latest change first. A delivery that changed on several days counts
 * once, as of its last change in the time that is looked at.
 */
export async function viewEntries(archive: ArchiveReader, filter: ViewFilter, told?: Told): Promise<ViewedEntry[]> {
  const latest = new Map<string, ViewedEntry>();
  for await (const line of linesIn(archive, filter, told)) {
    const facts = entryFacts(line);
    const key = `${line.conversation}/${facts.id}`;
    const before = latest.get(key);
    if (before === undefined || before.updated <= facts.updated)
      latest.set(key, { at: line.at, conversation: line.conversation, ...facts });
  }
  return [...latest.values()].filter((entry) => fits(entry, filter)).sort((a, b) => compare(b.updated, a.updated));
}

/** Counts and durations of the deliveries that a filter lets pass, by agent, type or state. */
export async function ledgerStats(
  archive: ArchiveReader,
  by: StatsBy,
  filter: ViewFilter,
  told?: Told,
): Promise<LedgerStats[]> {
  const latest = new Map<string, DeliveryRecord>();
  for await (const { entry } of linesIn(archive, { ...filter, kind: 'delivery' }, told)) {
    if (entry.kind !== 'delivery') continue;
    const { delivery } = entry;
    const key = `${delivery.correlationId}/${deliveryId(delivery)}`;
    const before = latest.get(key);
    if (before === undefined || before.updated <= delivery.updated) latest.set(key, delivery);
  }
  const groups = new Map<string, DeliveryRecord[]>();
  for (const delivery of latest.values()) {
    const { receiver, state, facts } = delivery;
    if (!fits({ receiver, state, type: facts.type, kind: 'delivery' }, filter)) continue;
    const name = { agent: receiver, type: facts.type, state }[by];
    groups.set(name, [...(groups.get(name) ?? []), delivery]);
  }
  return [...groups].map(([of, deliveries]) => statsOf(of, deliveries)).sort((a, b) => compare(a.of, b.of));
}

/** The value below which a share of the values lies (nearest rank); undefined of none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function statsOf(of: string, deliveries: readonly DeliveryRecord[]): LedgerStats {
  const count = (state: DeliveryRecord['state']) => deliveries.filter((one) => one.state === state).length;
  const waits = durations(deliveries.map(({ facts, firstReceived }) => [facts.time, firstReceived]));
  const ended = deliveries.filter(({ state }) => isSettled(state));
  const handlings = durations(ended.map(({ firstReceived, updated }) => [firstReceived, updated]));
  return {
    of,
    deliveries: deliveries.length,
    completed: count('completed'),
    expired: count('expired'),
    deadLettered: count('dead-lettered'),
    inFlight: deliveries.length - ended.length,
    tries: deliveries.reduce((sum, { tries }) => sum + tries, 0),
    waitP50: percentile(waits, 0.5),
    waitP99: percentile(waits, 0.99),
    handlingP50: percentile(handlings, 0.5),
    handlingP99: percentile(handlings, 0.99),
  };
}

function durations(spans: readonly (readonly [string, string])[]): number[] {
  return spans.map(([from, to]) => Date.parse(to) - Date.parse(from)).filter((ms) => Number.isFinite(ms));
}

async function* linesIn(
  archive: ArchiveReader,
  { from = '', to = '~', kind }: ViewFilter,
  told?: Told,
): AsyncIterable<ArchiveLine> {
  let lines = 0;
  // A chain never goes back a day, so that what changed before midnight may lie under the day after.
  const days = (await archive.days()).filter((day) => day >= from.slice(0, 10));
  for (const day of days) {
    told?.(day, lines);
    for await (const line of archive.lines(day, kind)) {
      lines++;
      if (line.at >= from && line.at < to) yield line;
    }
    if (day > to.slice(0, 10)) return;
  }
}

function fits(
  { receiver, type, state, kind }: Pick<EntryFacts, 'receiver' | 'type' | 'state' | 'kind'>,
  filter: ViewFilter,
): boolean {
  return (
    (filter.agent === undefined || receiver === filter.agent) &&
    (filter.type === undefined || type === filter.type) &&
    (filter.state === undefined || state === filter.state) &&
    (filter.kind === undefined || kind === filter.kind)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
