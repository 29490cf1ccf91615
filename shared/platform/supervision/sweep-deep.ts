import type { ArchiveReader } from '../../domain/evidence/archive.js';
import type { LedgerReader } from '../../domain/evidence/conversation.js';
import type { DeliveryKey, Emission } from '../../domain/delivery/delivery.js';
import { milliseconds } from '../../domain/base/duration.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { EXPIRY_GRACE_MS } from '../../domain/delivery/expiry-grace.js';
import { withEmissions } from '../../domain/evidence/stored-payloads.js';
import type { CursorStore } from '../../domain/base/cursor-store.js';
import { rebuildMessages } from '../../domain/evidence/rebuild-messages.js';
import { RETENTION_DAYS } from '../../domain/evidence/retention.js';
import type { TopologyModel } from '../../topology/model.js';
import { settleUndelivered, type IntentServices } from './look-at-intent.js';

/** Ports of the deep sweep. */
export interface DeepSweepServices extends IntentServices {
  readonly archive: ArchiveReader;
  readonly conversations: LedgerReader;
  readonly cursors: CursorStore;
}

/** Counts of one deep sweep. */
export interface DeepSweepSummary {
  /** Days of the archive that were read. */
  readonly days: number;
  /** Deliveries of expired emissions that the archive does not show, and that were looked up in the ledger. */
  readonly looked: number;
  /** Those that nobody had taken, now dead letters. */
  readonly undeliverable: number;
  /** Those that could not be looked at or settled; the next run does. */
  readonly failed: number;
  /** False when the time ended the run: the next one goes on from there. */
  readonly complete: boolean;
}

/** A delivery that an outcome expects; `parent` is the conversation in whose ledger that outcome stands. */
interface Expected extends DeliveryKey {
  readonly parent: string;
}

const CURSOR = 'deep';
const DAY_MS = 86_400_000;

/**
 * Finds emissions of handlers that nobody ever took, and settles them as `undeliverable`: the promise that an intent keeps for
 * clients. No item is written for it on the way, as a delivery has two writes to spend. The expected and the received deliveries
 * are read from the archive of the ledger's stream, day by day, and only those that the archive does not show are looked up in the
 * table. A day counts as done once everything that was emitted on it has expired; until then it is read again.
 *
 * Runs may overlap or be cut off: the same is done again, with the same ids.
 * @param stopAt milliseconds since 1970
 * @throws LanewayError UNAVAILABLE; the next run goes on from where this one came to
 */
export async function sweepDeep(services: DeepSweepServices, stopAt: number): Promise<DeepSweepSummary> {
  const { archive, clock, cursors, log, topology } = services;
  const count = { days: 0, looked: 0, undeliverable: 0, failed: 0 };
  const done = await cursors.get(CURSOR);
  const began = clock.now();
  const first = Math.max(done ?? 0, began - RETENTION_DAYS * DAY_MS);
  const longest = longestExpiry(topology.model) + EXPIRY_GRACE_MS;
  for (const day of await archive.days()) {
    const end = Date.parse(`${day}T00:00:00Z`) + DAY_MS;
    if (end <= first) continue;
    if (clock.now() >= stopAt) return { ...count, complete: false };
    const expected = await expectedOn(day, services, began);
    count.days++;
    for (const one of expected) {
      if (clock.now() >= stopAt) return { ...count, complete: false };
      count.looked++;
      try {
        count.undeliverable += await settleIfMissing(one, services);
      } catch (error) {
        count.failed++;
        log.error('an emission that nobody took could not be settled; the next run does', {
          ...{ id: one.messageId, correlation: one.correlationId, receiver: one.receiver },
          error: summarizeError(error).message,
        });
      }
    }
    // Lines may still be written to a day for a while; a day with a failure is read again, and with it all after it.
    if (count.failed === 0 && end + longest + DAY_MS <= began) await cursors.put(CURSOR, end);
  }
  log.info('swept deep', count);
  return { ...count, complete: true };
}

/** Deliveries of emissions of that day that have expired since, less those that the day itself shows. */
async function expectedOn(
  day: string,
  { archive, payloads }: DeepSweepServices,
  now: number,
): Promise<Iterable<Expected>> {
  const open = new Map<string, Expected>();
  const overdue = ({ expires }: Emission) => Date.parse(expires) + EXPIRY_GRACE_MS <= now;
  for await (const line of archive.lines(day, 'delivery')) {
    if (line.entry.kind !== 'delivery') continue;
    const { delivery } = line.entry;
    // All entries of a conversation are in one chain, in order: what was emitted comes before what was delivered.
    open.delete(keyText(delivery));
    if (delivery.state !== 'completed') continue;
    const full = await withEmissions(line.entry, payloads).catch((error: unknown) => {
      if (summarizeError(error).retryable) throw error;
      return line.entry;
    });
    for (const emission of full.kind === 'delivery' ? full.delivery.emissions : []) {
      if (!overdue(emission)) continue;
      const correlationId = emission.correlationid ?? delivery.correlationId;
      for (const receiver of emission.expected) {
        const one = { correlationId, messageId: emission.id, receiver, parent: delivery.correlationId };
        open.set(keyText(one), one);
      }
    }
  }
  return open.values();
}

async function settleIfMissing({ parent, ...key }: Expected, services: DeepSweepServices): Promise<number> {
  const record = await services.deliveries.get(key);
  if (record !== undefined && record.copy !== 'sweeper') return 0;
  const entries = await services.conversations.conversation(parent);
  const sent = rebuildMessages(entries, services.topology.name).get(key.messageId);
  // The ledger has forgotten the outcome that emitted it; there is no account left that it is missing from.
  if (!sent) return 0;
  const { envelope } = sent;
  const last = new Date(Date.parse(envelope.expires) + EXPIRY_GRACE_MS).toISOString();
  const error = new LanewayError(
    'UNDELIVERABLE',
    `nobody took ${envelope.type} until ${last}, ${EXPIRY_GRACE_MS / 60_000} minutes after it expired`,
  );
  return settleUndelivered(envelope, [key.receiver], error, services);
}

function keyText({ messageId, receiver }: Pick<DeliveryKey, 'messageId' | 'receiver'>): string {
  return `${messageId} ${receiver}`;
}

function longestExpiry({ channels }: TopologyModel): number {
  return Math.max(0, ...Object.values(channels).map(({ qos }) => milliseconds(qos.expires)));
}
