import type { ArchiveReader, ArchiveRecord } from '../../domain/evidence/archive.js';
import type { LedgerEntry } from '../../domain/evidence/conversation.js';
import { writtenId } from '../../domain/evidence/ledger-writers.js';
import { LanewayError } from '../../domain/base/errors.js';
import { RETENTION_DAYS } from '../../domain/evidence/retention.js';
import type { ReplaySubject } from './replay-services.js';

/** Selects conversations: those with a message that every given field fits. Times are milliseconds since 1970. */
export interface ReplaySelection {
  /** Type of the message. @defaultValue every type */
  readonly type?: string;
  /** Agent that the message is for. @defaultValue every agent */
  readonly agent?: string;
  /** Earliest time at which the message was sent. */
  readonly from: number;
  /** End of the time, excluded. */
  readonly to: number;
}

/** Days that a lane keeps a message: a delivery is at most so much newer than its message. */
const LANE_DAYS = 4;
const DAY_MS = 86_400_000;

/**
 * Selects conversations from the archive that the ledger's stream writes, in the order of their first selected message. Each comes
 * with the messages that clients and others published, for a conversation that the ledger table has forgotten. The archive is some
 * seconds behind the ledger.
 *
 * @throws LanewayError INVALID_OPTION for a window that ends before it begins; UNAVAILABLE
 */
export async function selectConversations(
  archive: ArchiveReader,
  selection: ReplaySelection,
  now: number,
): Promise<ReplaySubject[]> {
  const { from, to } = selection;
  if (!(from < to)) {
    throw new LanewayError('INVALID_OPTION', 'the window ends before it begins', {
      help: ['allowed: --from earlier than --to'],
    });
  }
  const first = new Map<string, string>();
  const entries = new Map<string, Map<string, LedgerEntry>>();
  for (const day of await archive.days()) {
    const start = Date.parse(`${day}T00:00:00Z`);
    if (start + DAY_MS <= from - LANE_DAYS * DAY_MS || start >= to + (LANE_DAYS + 1) * DAY_MS) continue;
    const forgotten = start + RETENTION_DAYS * DAY_MS <= now;
    for await (const { conversation, entry } of archive.lines(day)) {
      const time = timeMeant(entry, selection);
      const known = first.get(conversation);
      if (time !== undefined && (known === undefined || time < known)) first.set(conversation, time);
      if (entry.kind !== 'message' || !forgotten) continue;
      const own = entries.get(conversation) ?? new Map<string, LedgerEntry>();
      entries.set(conversation, own.set(writtenId(entry), entry));
    }
  }
  return [...first]
    .sort(([a, at], [b, bt]) => compare(at, bt) || compare(a, b))
    .map(([conversation]) => ({ conversation, entries: [...(entries.get(conversation)?.values() ?? [])] }));
}

/** Time (ISO 8601) at which the message of an entry was sent; undefined unless the selection fits it. */
function timeMeant(entry: ArchiveRecord['entry'], { type, agent, from, to }: ReplaySelection): string | undefined {
  const meant = (time: string, own: string, receivers: readonly string[]): boolean => {
    const at = Date.parse(time);
    return at >= from && at < to && (type ?? own) === own && (agent === undefined || receivers.includes(agent));
  };
  if (entry.kind === 'message') {
    const { envelope, expected } = entry.intent;
    return meant(envelope.time, envelope.type, expected) ? envelope.time : undefined;
  }
  if (entry.kind !== 'delivery') return undefined;
  const { facts, receiver } = entry.delivery;
  return meant(facts.time, facts.type, [receiver]) ? facts.time : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
