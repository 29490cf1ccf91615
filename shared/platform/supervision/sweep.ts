import { isClaimOfItsWriter, withPossibleReceivers } from './is-claim-of-its-writer.js';
import { summarizeError } from '../../domain/base/errors.js';
import { heldBy, type Held } from '../../domain/quarantine/quarantine.js';
import { deliveryKeyOf, type DeliveryStanding } from '../../domain/delivery/delivery.js';
import type { DueIntent } from '../../domain/delivery/intent-store.js';
import type { Ports } from '../../domain/ports.js';
import type { Log } from '../../agent/context.js';
import { INTENT_GRACE_MS } from '../../publishing/publish-message.js';
import { setAside, type AsideServices } from './set-aside.js';
import { armTimers, type ArmServices, type ArmSummary } from './arm-timers.js';
import { endHeldRequests, type HeldRequestServices } from './end-held-requests.js';
import { intendedReceivers, lookAtIntent, type IntentServices, type Look } from './look-at-intent.js';
import { sweepUnsent } from './sweep-unsent.js';

/** Ports of the sweeper. */
export interface SweepServices
  extends
    Omit<IntentServices, 'held' | 'paused'>,
    ArmServices,
    HeldRequestServices,
    AsideServices,
    Pick<Ports, 'intents' | 'pauses' | 'quarantines'> {
  readonly log: Log;
}

/** Ports of one run, with who is held during it, and which channels are paused. */
interface RunServices extends SweepServices {
  readonly held: Held;
  readonly paused: ReadonlySet<string>;
}

/** Bounds of one run. */
export interface SweepBounds {
  /** Instant at which the run stops, milliseconds since 1970. */
  readonly stopAt: number;
}

/** Counts of one run. */
export interface SweepSummary extends ArmSummary {
  /** Intents that were due. */
  readonly looked: number;
  /** Messages that some receiver had not got, and that were sent again. */
  readonly resent: number;
  /** Deliveries that nobody took until expiry and grace, now dead letters. */
  readonly undeliverable: number;
  /** Intents that could not be looked at, and requests that could not be armed; they are due again a little later. */
  readonly failed: number;
  /** Outcomes of handlings whose messages had waited to be sent, and were. */
  readonly sent: number;
  /** Outcomes of handlings whose messages still could not be sent; the next run tries again. */
  readonly unsent: number;
  /** Requests whose record cannot be read, and that this run set aside. */
  readonly unreadable: number;
  /** Attempts of requests that were ended because the agent that was asked is in quarantine. */
  readonly movedOn: number;
  /** Milliseconds that the oldest intent which was not looked at has been due for; 0 when none was left. */
  readonly lag: number;
}

/** Milliseconds that an index may follow its table late. */
const INDEX_LAG_MS = 2_000;
/** Intents whose deliveries are read at once. */
const BATCH = 100;
/** Batches that are looked at side by side. */
const BATCHES_AT_ONCE = 16;

/**
 * Finds three kinds of unfinished work. Intended messages that never reached a receiver are sent again once, then, by expiry and
 * grace, settled as `undeliverable`. Requests that come due, and those whose timer was lost, have it set. Messages
 * of an outcome that could not be sent are sent. Only the due indexes are read: messages
 * published outside a handling, requests, and outcomes whose messages could not be sent. Other emissions of handlers are accounted for
 * in their delivery and not looked at here.
 *
 * Runs may overlap or be cut off: the same is done again, with the same ids.
 * @throws LanewayError UNAVAILABLE; the next run goes on from where this one came to
 */
export async function sweep(given: SweepServices, bounds: SweepBounds): Promise<SweepSummary> {
  const held = heldBy(await given.quarantines.all(), given.clock.now());
  const services: RunServices = { ...given, held, paused: await pausedChannels(given) };
  // Requests first: they are few, and nothing that is wrong with an intent may keep one from its end.
  const now = services.clock.now();
  const requests = await armTimers(services, now + (bounds.stopAt - now) / 2);
  const ended = await endHeldRequests(services, services.clock.now() + (bounds.stopAt - services.clock.now()) / 4);
  const begun = services.clock.now();
  const unsent = await sweepUnsent(services, begun - INDEX_LAG_MS, begun + (bounds.stopAt - begun) / 2);
  const intents = await sweepIntents(services, bounds);
  const unreadable = await setAside(services);
  const complete = requests.complete && unsent.complete && intents.complete;
  const failed = intents.failed + requests.failed + ended.failed;
  const summary = { ...intents, ...requests, ...unsent, movedOn: ended.movedOn, failed, unreadable, complete };
  services.log.info('swept', summary);
  return summary;
}

/** Channels that are paused. Where that cannot be read none is: what is sent once more is one message, and waits there like the first. */
async function pausedChannels({ pauses, log }: SweepServices): Promise<ReadonlySet<string>> {
  try {
    return new Set((await pauses.recent()).map(({ channel }) => channel));
  } catch (error) {
    log.warn('the pauses of channels could not be read', { error: summarizeError(error).message });
    return new Set();
  }
}

/** Batch of intents under way, with the due time of its last one. */
interface Batch {
  readonly last: number;
  readonly looks: Promise<readonly LookOrFailure[]>;
}

/** Looks at the due intents in batches, several at a time. The cursor follows the oldest batch that is done. */
async function sweepIntents(
  services: RunServices,
  { stopAt }: SweepBounds,
): Promise<Omit<SweepSummary, 'armed' | 'timedOut' | 'sent' | 'unsent' | 'movedOn' | 'unreadable'>> {
  const { clock, cursors, intents } = services;
  const until = clock.now() - INDEX_LAG_MS;
  const count = { looked: 0, resent: 0, undeliverable: 0, failed: 0 };
  const underWay: Batch[] = [];
  let batch: DueIntent[] = [];
  let reached = 0;
  let unmarked = 0;
  let next = until;
  const begin = (last: number): void => {
    const looks = lookAtBatch(batch, services);
    // Looked at when its turn comes; until then a failure must not end the process.
    looks.catch(() => undefined);
    underWay.push({ last, looks });
    count.looked += batch.length;
    batch = [];
  };
  const finish = async (left: number): Promise<void> => {
    while (underWay.length > left) {
      const done = underWay.shift();
      for (const { resent, undeliverable, failed = false } of (await done?.looks) ?? []) {
        count.resent += resent ? 1 : 0;
        count.undeliverable += undeliverable;
        count.failed += failed ? 1 : 0;
      }
      if (!done) continue;
      // Others may be due in the same millisecond, so that the cursor stays just before it.
      reached = done.last - 1;
      unmarked += 1;
      if (unmarked >= BATCHES_AT_ONCE || underWay.length === 0) await mark();
    }
  };
  const mark = (): Promise<void> => {
    unmarked = 0;
    return cursors.put('intents', reached);
  };
  try {
    for await (const intent of intents.due((await cursors.get('intents')) ?? 0, until)) {
      if (clock.now() >= stopAt && count.looked > 0 && batch.length === 0) {
        next = intent.due - 1;
        break;
      }
      if (!isClaimOfItsWriter(intent, services.topology.model, clock.now())) {
        const { source, id, type, correlationid: correlation } = intent.envelope;
        services.log.error('an intent that its source may not record is not sent', { source, type, id, correlation });
        count.looked++;
        count.failed++;
        continue;
      }
      batch.push(withPossibleReceivers(intent, services.topology.model));
      if (batch.length < BATCH) continue;
      begin(intent.due);
      await finish(BATCHES_AT_ONCE - 1);
    }
    if (batch.length > 0) begin(batch.at(-1)?.due ?? until);
    await finish(0);
  } finally {
    await Promise.allSettled(underWay.map(({ looks }) => looks));
  }
  if (next < until) return { ...count, complete: false, lag: clock.now() - next };
  await cursors.put('intents', until);
  return { ...count, complete: true, lag: 0 };
}

interface LookOrFailure extends Look {
  readonly failed?: boolean;
}

/** @throws LanewayError UNAVAILABLE when the deliveries cannot be read, or an intent that failed cannot be put off */
async function lookAtBatch(batch: readonly DueIntent[], services: RunServices): Promise<readonly LookOrFailure[]> {
  const { deliveries, starts, topology } = services;
  const receivers = batch.map((intent) => intendedReceivers(intent, topology.model, starts));
  const keys = batch.flatMap(({ envelope }, index) =>
    (receivers[index] ?? []).map((receiver) => deliveryKeyOf(envelope, receiver)),
  );
  const found = keys.length === 0 ? [] : await deliveries.standings(keys);
  let at = 0;
  return Promise.all(
    batch.map((intent, index) => {
      const standings = new Map<string, DeliveryStanding | undefined>();
      for (const receiver of receivers[index] ?? []) {
        const standing = found[at++];
        // Its receiver has spoilt it: nobody can tell how it stands, and nothing is sent or settled for it.
        if (standing !== 'unreadable') standings.set(receiver, standing);
      }
      return look(intent, standings, services);
    }),
  );
}

/**
 * Looks at one intent. One that fails is put off, so that it does not hold the cursor, and with it all the others, where it is.
 * @throws LanewayError UNAVAILABLE when it cannot even be put off
 */
async function look(
  intent: DueIntent,
  standings: ReadonlyMap<string, DeliveryStanding | undefined>,
  services: RunServices,
): Promise<LookOrFailure> {
  try {
    return await lookAtIntent(intent, standings, services);
  } catch (error) {
    const { envelope, expected } = intent;
    services.log.error('an intent could not be looked at; it is due again later', {
      ...{ type: envelope.type, id: envelope.id, correlation: envelope.correlationid },
      error: summarizeError(error).message,
    });
    await services.intents.record([{ envelope, expected }], services.clock.now() + INTENT_GRACE_MS);
    return { resent: false, undeliverable: 0, failed: true };
  }
}
