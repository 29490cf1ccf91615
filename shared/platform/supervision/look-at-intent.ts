import { milliseconds } from '../../domain/base/duration.js';
import {
  deliveryKeyOf,
  factsOf,
  isSettled,
  type DeliveryStanding,
  type Intent,
} from '../../domain/delivery/delivery.js';
import type { Held } from '../../domain/quarantine/quarantine.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { EXPIRY_GRACE_MS } from '../../domain/delivery/expiry-grace.js';
import { LANE_RETENTION_DAYS } from '../../domain/delivery/lane-retention.js';
import type { DueIntent } from '../../domain/delivery/intent-store.js';
import type { SendResult } from '../../domain/wire/message-bus.js';
import { laneFor } from '../../domain/base/priority.js';
import type { Ports } from '../../domain/ports.js';
import { INTENT_GRACE_MS } from '../../publishing/publish-message.js';
import { lanesOfAgent } from '../../topology/lanes-of.js';
import type { TopologyModel } from '../../topology/model.js';
import type { Senders } from '../../publishing/send-messages.js';
import { wasTaken, type TakenServices } from '../workflows/take-awaited.js';
import { startedBy } from '../workflows/started-by.js';
import { storeFinding, type StoreServices } from '../dead-letters/drain-copy.js';

/** Ports and settings for settling a delivery that nobody ends. */
export interface SettleServices extends StoreServices, Pick<Ports, 'clock' | 'deliveries'> {}

/** Ports and settings for looking at an intent. */
export interface IntentServices extends SettleServices, TakenServices, Pick<Ports, 'intents'> {
  readonly senders: Senders;
  /** Those who are in quarantine. */
  readonly held: Held;
  /** Names of the channels that are paused. */
  readonly paused: ReadonlySet<string>;
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
}

/** Time after which an intent that is held by a quarantine is looked at again, milliseconds. */
export const HELD_AGAIN_MS = 900_000;

/** Time for which the starter is asked to end a start that it began, milliseconds: as long as its queue keeps a copy. */
const STARTER_ASKED_MS = LANE_RETENTION_DAYS * 86_400_000;

/** First part of the name of a workflow as a receiver. */
const WORKFLOW = 'workflow:';

/** Name of the writer of outcomes that no copy wrote. */
const COPY = 'sweeper';

/** The part of an intent, or of an emission, by which its receivers are known. */
interface Intended extends Pick<Intent, 'expected'> {
  readonly envelope: Pick<Envelope, 'type' | 'channel' | 'receiver' | 'subject'>;
}

/**
 * Receivers of a message: the agents that its publisher expected, and the workflows that it starts (`workflow:<name>`), of which
 * no publisher knows.
 */
export function intendedReceivers(
  { envelope, expected }: Intended,
  model: TopologyModel,
  starts: Readonly<Record<string, string>>,
): string[] {
  // As the rules have it: addressed messages and direct channels start nothing.
  const open = envelope.receiver === undefined && model.channels[envelope.channel]?.qos.delivery === 'bus';
  const started = open ? startedBy(envelope, starts) : [];
  return [...expected, ...started.map((name) => `${WORKFLOW}${name}`)];
}

/** Result of a look at one intent. */
export interface Look {
  readonly resent: boolean;
  /** Deliveries that were settled as dead letters. */
  readonly undeliverable: number;
}

/**
 * Looks whether every expected receiver has taken the message and ended with it. Before expiry and grace a missing one has it
 * sent again, as it is. Afterwards, or when the bus refuses it for good, each missing delivery is settled as `undeliverable`, with
 * its dead letter and reports. So is one that was begun and has no copy any more that could end it; a start is for the starter to end. What has not come to its end
 * is looked at once more then; a message that could not be sent just now, soon. What a quarantine holds, by its publisher or its
 * receiver, is left as it is and looked at again. What has not come to a receiver on a paused channel waits there: it is not sent again
 * before the channel is resumed, or its time is over.
 *
 * @param standings receivers of the message, and how their deliveries stood a moment ago
 * @throws LanewayError UNAVAILABLE, PUBLISH
 */
export async function lookAtIntent(
  intent: DueIntent,
  standings: ReadonlyMap<string, DeliveryStanding | undefined>,
  services: IntentServices,
): Promise<Look> {
  const { clock, held, intents } = services;
  const { due: _due, ...recorded } = intent;
  const { envelope } = intent;
  const now = clock.now();
  if (held.source(envelope.source)) {
    await intents.record([recorded], now + HELD_AGAIN_MS);
    return { resent: false, undeliverable: 0 };
  }
  const missing: string[] = [];
  let [undeliverable, next, resent] = [0, Number.POSITIVE_INFINITY, false];
  for (const [receiver, standing] of standings) {
    if (held.receiver(receiver) && (standing === undefined || !isSettled(standing.state))) {
      next = Math.min(next, now + HELD_AGAIN_MS);
      continue;
    }
    // An earlier run may have settled deliveries without telling of it. Settling them again changes nothing and tells.
    if (standing === undefined || standing.copy === COPY) missing.push(receiver);
    else if (!isSettled(standing.state)) {
      const end = endOfCopies(envelope, standing, services.topology.model);
      if (now < end) {
        next = Math.min(next, end);
        continue;
      }
      const settled = await endAbandoned(envelope, receiver, standing, services);
      undeliverable += settled ?? 0;
      if (settled === undefined) [resent, next] = [true, Math.min(next, now + HELD_AGAIN_MS)];
    }
  }
  const lost = missing.length > 0 ? missing : await unheard(intent, services);
  const looked = lost === undefined ? { next } : await sendOrSettle(envelope, lost, services);
  const due = Math.min(next, looked.next);
  if (Number.isFinite(due)) await intents.record([recorded], due);
  return { resent: resent || (looked.resent ?? false), undeliverable: undeliverable + (looked.undeliverable ?? 0) };
}

/** An empty list when only steps of workflows wait for the message and it has not come to them; undefined when there is nothing to do. */
async function unheard({ choice, envelope, expected }: DueIntent, services: IntentServices): Promise<[] | undefined> {
  // A person has what no agent could take.
  if (expected.length > 0 || envelope.receiver !== undefined || choice?.nobody === 'person') return undefined;
  return (await wasTaken(envelope, services)) ? undefined : [];
}

/** Sends the message again, or settles it after its end. `next`: instant at which it is to be looked at again. */
async function sendOrSettle(
  envelope: Envelope,
  missing: readonly string[],
  services: IntentServices,
): Promise<Partial<Look> & { readonly next: number }> {
  const { clock, log } = services;
  const never = Number.POSITIVE_INFINITY;
  const lastLook = Date.parse(envelope.expires) + EXPIRY_GRACE_MS;
  if (clock.now() < lastLook && services.paused.has(envelope.channel))
    return { next: Math.min(lastLook, clock.now() + HELD_AGAIN_MS) };
  if (clock.now() >= lastLook) {
    const error = new LanewayError(
      'UNDELIVERABLE',
      `nobody took ${envelope.type} until ${new Date(lastLook).toISOString()}, ${EXPIRY_GRACE_MS / 60_000} minutes after it expired`,
    );
    return { undeliverable: await settleUndelivered(envelope, missing, error, services), next: never };
  }
  const failed = (await send(envelope, missing, services)).find((result) => !result.ok);
  if (failed && !failed.ok && !failed.retryable) {
    const error = new LanewayError('UNDELIVERABLE', `${envelope.type} was refused: ${failed.code}: ${failed.message}`);
    return { undeliverable: await settleUndelivered(envelope, missing, error, services), next: never };
  }
  log.warn('a message that did not arrive was sent again', {
    type: envelope.type,
    id: envelope.id,
    correlation: envelope.correlationid,
    missing,
    sent: !failed,
  });
  return { resent: !failed, next: failed ? clock.now() + INTENT_GRACE_MS : lastLook };
}

/** Sends one envelope as it is; receivers that have it already know it by its id. */
async function send(
  envelope: Envelope,
  missing: readonly string[],
  { topology, senders }: IntentServices,
): Promise<readonly SendResult[]> {
  const { model } = topology;
  if (model.channels[envelope.channel]?.qos.delivery !== 'direct') return senders.bus.publish([envelope]);
  if (!senders.lanes) throw new LanewayError('CONFIGURATION', 'the sweeper knows no lanes to send to');
  return senders.lanes.send(
    missing.map((receiver) => ({
      receiver,
      lane: laneFor(envelope.priority, lanesOfAgent(model, receiver).direct) ?? envelope.priority,
      envelope,
    })),
  );
}

/** Settles each missing delivery as `undeliverable`, with its dead letter and reports. @returns how many were missing */
export async function settleUndelivered(
  envelope: Envelope,
  missing: readonly string[],
  error: LanewayError,
  services: SettleServices,
  tries = 0,
): Promise<number> {
  const summary = summarizeError(error);
  let settled = 0;
  for (const receiver of missing) {
    const now = services.clock.now();
    const written = await services.deliveries.settleUnleased(deliveryKeyOf(envelope, receiver), factsOf(envelope), {
      state: 'dead-lettered',
      copy: COPY,
      at: now,
      emissions: [],
      error: summary,
    });
    // A receiver took the delivery in the meantime, and writes its outcome.
    if (written !== 'stored' && written.copy !== COPY) continue;
    await storeFinding(
      {
        receiver,
        reason: 'undeliverable',
        error: summary,
        tries,
        at: new Date(now).toISOString(),
        copy: COPY,
        body: JSON.stringify(envelope),
        // It stands in the ledger, so that it is of the publisher it names.
        decoded: { envelope, via: 'bus', vouched: { source: envelope.source, type: envelope.type } },
      },
      services,
    );
    settled++;
  }
  return settled;
}

/**
 * Instant after which no copy of a message can come any more to a delivery that was begun: its expiry, the longest wait between two
 * tries and the grace. A redriven message may have a later expiry, and its copy lives as long as the lane keeps it.
 */
export function endOfCopies(
  { expires }: Pick<Envelope, 'expires'>,
  { leasedUntil, updated, redrives = 0 }: DeliveryStanding,
  model: TopologyModel,
): number {
  const longestWait = Math.max(0, ...Object.values(model.channels).map(({ qos }) => milliseconds(qos.backoff.most)));
  const redriven = redrives > 0 ? Date.parse(updated) + LANE_RETENTION_DAYS * 86_400_000 : 0;
  const leased = leasedUntil === undefined ? 0 : Date.parse(leasedUntil);
  return Math.max(Date.parse(expires) + longestWait, redriven, leased) + EXPIRY_GRACE_MS;
}

/**
 * Ends a delivery that was begun and that no copy will end. The execution of a start may run all the same, and Step Functions alone
 * knows: the starter gets the message once more, asks there, and writes the outcome. Where it has not done so for days, or the bus refuses
 * the message for good, the delivery is settled here.
 *
 * @returns how many were settled; undefined while it is for the starter to do
 */
export async function endAbandoned(
  envelope: Envelope,
  receiver: string,
  standing: DeliveryStanding,
  services: SettleServices & Pick<IntentServices, 'senders'>,
): Promise<number | undefined> {
  const { state, tries, updated } = standing;
  const { clock, senders, topology } = services;
  if (
    receiver.startsWith(WORKFLOW) &&
    clock.now() < endOfCopies(envelope, standing, topology.model) + STARTER_ASKED_MS
  ) {
    const [sent] = await senders.bus.publish([envelope]);
    if (sent === undefined || sent.ok || sent.retryable) return undefined;
  }
  const error = new LanewayError(
    'UNDELIVERABLE',
    `the copy of ${envelope.type} was lost: its delivery is ${state} since ${updated} and the message has expired`,
  );
  return settleUndelivered(envelope, [receiver], error, services, tries);
}
