import { originBy, writerOfReceiver } from '../../domain/wire/writers.js';
import { comesAfter, type ArchiveLine, type ArchivePlace, type ArchiveReader } from '../../domain/evidence/archive.js';
import {
  isSettled,
  type DeliveryKey,
  type DeliveryRecord,
  type DeliveryStanding,
  type Emission,
} from '../../domain/delivery/delivery.js';
import { longestLife } from '../../domain/delivery/lane-retention.js';
import { heldBy, type Held } from '../../domain/quarantine/quarantine.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { EXPIRY_GRACE_MS } from '../../domain/delivery/expiry-grace.js';
import { isGone } from '../../domain/delivery/claim-check.js';
import { withEmissions } from '../../domain/evidence/stored-payloads.js';
import { messageKey, rebuildMessages } from '../../domain/evidence/rebuild-messages.js';
import { RETENTION_DAYS } from '../../domain/evidence/retention.js';
import { behindHandling } from '../../domain/delivery/lineage.js';
import type { Ports } from '../../domain/ports.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import {
  endOfCopies,
  intendedReceivers,
  endAbandoned,
  settleUndelivered,
  type IntentServices,
  type SettleServices,
} from './look-at-intent.js';

/** Ports of the deep sweep. */
export interface DeepSweepServices
  extends
    SettleServices,
    Pick<Ports, 'conversations' | 'cursors' | 'quarantines'>,
    Pick<IntentServices, 'senders' | 'starts'> {
  readonly archive: ArchiveReader;
}

/** Ports of one run, with who is held during it. */
interface RunServices extends DeepSweepServices {
  readonly held: Held;
}

/** Counts of one deep sweep. */
export interface DeepSweepSummary {
  /** Days of the archive that were read, in whole or in part. */
  readonly days: number;
  /** Deliveries of emissions that the archive did not show ended, and that were looked up in the ledger. */
  readonly looked: number;
  /** Those that nobody had taken and whose message the sweeper sends now, or once more. */
  readonly resent: number;
  /** Those that nobody had taken although their message was sent once more, or that were begun and lost; now dead letters. */
  readonly undeliverable: number;
  /** Those that could not be looked at or settled; the next pass does. */
  readonly failed: number;
  /** False when the time ended the run: the next one goes on from there. */
  readonly complete: boolean;
}

/** A delivery that an outcome expects. */
interface Expected extends DeliveryKey {
  /** Delivery whose outcome holds the message. */
  readonly outcome: DeliveryKey;
  readonly expires: string;
}

/** Counts while a run goes on. */
type Count = Writable<Pick<DeepSweepSummary, 'looked' | 'resent' | 'undeliverable' | 'failed'>> & {
  /** Deliveries that are still to be looked at once their message was sent. */
  waiting: number;
};

/** Place to which a pass has come. */
interface PassPlace extends ArchivePlace {
  readonly day: string;
  /** Instant at which the pass began, milliseconds since 1970. */
  readonly begun: number;
  /** True when something before it could not be settled yet: the days from there on stay to be read again. */
  readonly failed: boolean;
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** Mark of the days that need never be read again: the end of the last one. */
const CURSOR = 'deep';
/** Mark of a pass that its time has interrupted: its place, or an empty text. */
const PLACE = 'deep-place';
const DAY_MS = 86_400_000;
/** Age of an outcome from which a message of it that nobody took is sent once more, milliseconds. */
export const SENT_GRACE_MS = 3_600_000;
/** Time from the note on an outcome until the sweeper sends its messages, milliseconds: its cursor may be that far already. */
const NOTE_LAG_MS = 60_000;
/** Lines of deliveries that are read before what they leave open is looked up. */
const SLICE = 2_000;
/** Deliveries settled side by side. */
const CHUNK = 20;

/**
 * Finds emissions of handlers that nobody ever took or ended: the promise that an intent keeps for clients. The process may have
 * died before it sent them, and its copy be lost. So they are sent first, as they are stored, by a note on their outcome that the
 * sweeper acts upon. What nobody takes after that until it has expired is settled as `undeliverable`, by a later pass.
 *
 * No item is written for it on the way, as a delivery has two writes to spend. The expected and the ended deliveries
 * are read from the archive of the ledger's stream, slice by slice, and only those that a slice does not show are looked up in the
 * table. A day counts as done once everything that was emitted on it has expired; until then each pass reads it again.
 *
 * A pass that its time interrupts is gone on with from its place in the day, by the next run or by {@link goOnDeep}. Runs may
 * overlap or be cut off: the same is done again, with the same ids.
 * @param stopAt milliseconds since 1970
 * @throws LanewayError UNAVAILABLE; the next run goes on from where this one came to
 */
export async function sweepDeep(services: DeepSweepServices, stopAt: number): Promise<DeepSweepSummary> {
  const { archive, clock, cursors, log, topology } = services;
  const count = { looked: 0, resent: 0, undeliverable: 0, failed: 0, waiting: 0 };
  let days = 0;
  const summary = (complete: boolean): DeepSweepSummary => {
    const { waiting, ...shown } = count;
    log.info('swept deep', { days, ...shown, waiting, complete });
    return { days, ...shown, complete };
  };
  const left = () => failedBefore || count.failed > 0 || count.waiting > 0;
  const held = heldBy(await services.quarantines.all(), clock.now());
  const done = await cursors.get(CURSOR);
  const began = clock.now();
  const first = Math.max(done ?? 0, began - RETENTION_DAYS * DAY_MS);
  const longest = Math.max(0, ...Object.values(topology.model.channels).map(({ qos }) => longestLife(qos)));
  let place = parsePlace(await cursors.text(PLACE));
  const failedBefore = place?.failed ?? false;
  const begun = place?.begun ?? began;
  const mark = (day: string, { chain, number }: ArchivePlace): Promise<void> => {
    const reached: PassPlace = { day, chain, number, begun, failed: left() };
    return cursors.putText(PLACE, JSON.stringify(reached));
  };
  for (const day of await archive.days()) {
    const end = Date.parse(`${day}T00:00:00Z`) + DAY_MS;
    if (end <= first || day < (place?.day ?? '')) continue;
    days++;
    // Lines may still be written to a day for a while, to chains of any name: a place in it would not hold.
    const isClosed = end + DAY_MS <= began;
    const after = place?.day === day ? place : undefined;
    for await (const slice of slicesOf(day, after, services, began)) {
      await settleMissing(slice.open, count, { ...services, held });
      if (isClosed && slice.last) await mark(day, slice.last);
      if (clock.now() < stopAt) continue;
      if (!isClosed) await mark(day, { chain: '', number: 0 });
      return summary(false);
    }
    place = undefined;
    // A day with something left is read again, and with it all after it.
    if (!left() && end + longest + DAY_MS <= began) await cursors.put(CURSOR, end);
  }
  await cursors.putText(PLACE, '');
  return summary(true);
}

/** Goes on with a pass that its time has interrupted. @returns undefined when there is none */
export async function goOnDeep(services: DeepSweepServices, stopAt: number): Promise<DeepSweepSummary | undefined> {
  if (parsePlace(await services.cursors.text(PLACE)) === undefined) return undefined;
  return sweepDeep(services, stopAt);
}

/** Age of a pass that its time has interrupted, milliseconds; 0 when the last one came to its end. */
export async function deepLag({ clock, cursors }: Pick<DeepSweepServices, 'clock' | 'cursors'>): Promise<number> {
  const place = parsePlace(await cursors.text(PLACE));
  return place === undefined ? 0 : Math.max(0, clock.now() - place.begun);
}

function parsePlace(text: string | undefined): PassPlace | undefined {
  return text === undefined || text === '' ? undefined : (JSON.parse(text) as PassPlace);
}

/** Deliveries that a slice of lines leaves open, and the place of its last line. */
interface Slice {
  readonly open: readonly Expected[];
  readonly last?: ArchivePlace;
}

/** Deliveries of emissions of that day that should have come by now, less those that the same slice shows ended. */
async function* slicesOf(
  day: string,
  after: ArchivePlace | undefined,
  services: DeepSweepServices,
  now: number,
): AsyncGenerator<Slice> {
  const { archive } = services;
  const open = new Map<string, Expected>();
  let lines = 0;
  let last: ArchivePlace | undefined;
  for await (const line of archive.lines(day, 'delivery', after)) {
    if (lines >= SLICE && last && comesAfter(line, last)) {
      yield { open: [...open.values()], last };
      open.clear();
      lines = 0;
    }
    lines++;
    last = { chain: line.chain, number: line.number };
    await note(line, open, services, now);
  }
  yield { open: [...open.values()], ...(last === undefined ? {} : { last }) };
}

async function note(
  { entry }: ArchiveLine,
  open: Map<string, Expected>,
  { payloads, topology, starts }: DeepSweepServices,
  now: number,
): Promise<void> {
  if (entry.kind !== 'delivery') return;
  const { delivery } = entry;
  // All entries of a conversation are in one chain, in order: what was emitted comes before what was delivered.
  if (isSettled(delivery.state)) open.delete(keyText(delivery));
  if (delivery.state !== 'completed') return;
  const full = await withEmissions(entry, payloads).catch((error: unknown) => {
    if (!isGone(error) && summarizeError(error).retryable) throw error;
    return entry;
  });
  const { correlationId, messageId, origin, receiver: agent, updated } = delivery;
  const isLate = ({ expires }: Emission): boolean =>
    Math.min(Date.parse(expires) + EXPIRY_GRACE_MS, Date.parse(updated) + SENT_GRACE_MS) <= now;
  for (const emission of full.kind === 'delivery' ? full.delivery.emissions : []) {
    if (!isLate(emission)) continue;
    const { id, expires, expected } = emission;
    for (const receiver of intendedReceivers({ envelope: emission, expected }, topology.model, starts)) {
      const emitted = originBy(writerOfReceiver(agent), emission.channel);
      const conversation = emission.correlationid ?? correlationId;
      const key = { correlationId: conversation, messageId: id, origin: emitted, receiver };
      const outcome = { correlationId, messageId, origin, receiver: agent };
      open.set(keyText(key), { ...key, expires, outcome });
    }
  }
}

/** Looks up the open deliveries, has sent what nobody took, and settles those that nobody will end. */
async function settleMissing(open: readonly Expected[], count: Count, services: RunServices): Promise<void> {
  if (open.length === 0) return;
  const standings = await services.deliveries.standings(open.map(keyOf));
  count.looked += open.length;
  const lost = open.flatMap((one, index) => {
    const standing = standings[index];
    if (standing === 'unreadable') return [];
    if (isHeld(one, standing, services.held)) {
      count.waiting++;
      return [];
    }
    return isLost(one, standing, services) ? [{ one, standing }] : [];
  });
  for (let at = 0; at < lost.length; at += CHUNK) {
    const settle = async ({ one, standing }: (typeof lost)[number]): Promise<void> => {
      try {
        await settleLost(one, standing, count, services);
      } catch (error) {
        count.failed++;
        services.log.error('an emission that nobody took could not be settled; the next pass does', {
          ...{ id: one.messageId, correlation: one.correlationId, receiver: one.receiver },
          error: summarizeError(error).message,
        });
      }
    };
    await Promise.all(lost.slice(at, at + CHUNK).map(settle));
  }
}

/** True for what a quarantine keeps from being sent or taken. */
function isHeld({ outcome, receiver }: Expected, standing: DeliveryStanding | undefined, held: Held): boolean {
  if (standing !== undefined && isSettled(standing.state)) return false;
  return held.agent(outcome.receiver) || held.receiver(receiver);
}

function isLost(
  { expires }: Expected,
  standing: DeliveryStanding | undefined,
  { clock, topology }: DeepSweepServices,
): boolean {
  // What a sweep has settled is settled again: that changes nothing, and tells.
  if (standing === undefined || standing.copy === 'sweeper') return true;
  return !isSettled(standing.state) && clock.now() >= endOfCopies({ expires }, standing, topology.model);
}

async function settleLost(
  expected: Expected,
  standing: DeliveryStanding | undefined,
  count: Count,
  services: DeepSweepServices,
): Promise<void> {
  const { outcome, receiver, expires } = expected;
  const { clock, topology } = services;
  const entries = await services.conversations.conversation(outcome.correlationId);
  const messages = rebuildMessages(entries, topology.name);
  const sent = messages.get(messageKey(expected));
  // The ledger has forgotten the outcome that emitted it; there is no account left that it is missing from.
  if (!sent) return;
  const { envelope } = sent;
  if (standing !== undefined && !isSettled(standing.state)) {
    const settled = await endAbandoned(envelope, receiver, standing, services);
    count.undeliverable += settled ?? 0;
    if (settled === undefined) {
      count.resent++;
      count.waiting++;
    }
    return;
  }
  const record = standing === undefined ? await services.deliveries.get(outcome) : undefined;
  const handled = messages.get(messageKey(outcome))?.envelope;
  if (record !== undefined && record.sent === undefined && handled !== undefined) {
    count.resent += await haveSent(record, handled, services);
    count.waiting++;
    return;
  }
  const last = Math.max(Date.parse(expires), Date.parse(record?.sent ?? expires)) + EXPIRY_GRACE_MS;
  if (standing === undefined && clock.now() < last) {
    count.waiting++;
    return;
  }
  const error = new LanewayError(
    'UNDELIVERABLE',
    `nobody took ${envelope.type} until ${new Date(last).toISOString()}, ${EXPIRY_GRACE_MS / 60_000} minutes after it expired or was sent once more`,
  );
  count.undeliverable += await settleUndelivered(envelope, [receiver], error, services);
}

/** Notes on an outcome that the sweeper is to send its messages. @returns 0 when it waits for that already */
async function haveSent(record: DeliveryRecord, handled: Envelope, services: DeepSweepServices): Promise<number> {
  if (record.unsent !== undefined) return 0;
  const { clock, deliveries, log } = services;
  const due = new Date(clock.now() + NOTE_LAG_MS).toISOString();
  await deliveries.noteUnsent(record, { lineage: behindHandling(handled, record.receiver), due });
  log.warn('messages of an outcome did not arrive, and are sent from where they are stored', {
    ...{ id: record.messageId, correlation: record.correlationId, agent: record.receiver },
  });
  return 1;
}

function keyOf({ correlationId, messageId, origin, receiver }: Expected): DeliveryKey {
  return { correlationId, messageId, origin, receiver };
}

function keyText({ receiver, ...message }: Pick<DeliveryKey, 'messageId' | 'origin' | 'receiver'>): string {
  return `${messageKey(message)} ${receiver}`;
}
