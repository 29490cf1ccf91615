import { factsOf, type Intent } from '../../domain/delivery/delivery.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { EXPIRY_GRACE_MS } from '../../domain/delivery/expiry-grace.js';
import type { Clock } from '../../domain/base/clock.js';
import type { DeliveryStore } from '../../domain/delivery/delivery-store.js';
import type { DueIntent, IntentStore } from '../../domain/delivery/intent-store.js';
import type { SendResult } from '../../domain/wire/message-bus.js';
import { laneFor } from '../../domain/base/priority.js';
import { INTENT_GRACE_MS } from '../../publishing/publish-message.js';
import type { TopologyModel } from '../../topology/model.js';
import type { Senders } from '../../publishing/send-messages.js';
import { startedBy } from '../workflows/started-by.js';
import { storeFinding, type StoreServices } from '../dead-letters/drain-copy.js';

/** Ports and settings for looking at an intent. */
export interface IntentServices extends StoreServices {
  readonly clock: Clock;
  readonly intents: IntentStore;
  readonly deliveries: DeliveryStore;
  readonly senders: Senders;
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
}

/** Name of the writer of outcomes that no copy wrote. */
const COPY = 'sweeper';

/**
 * Receivers of a message: the agents that its publisher expected, and the workflows that it starts (`workflow:<name>`), of which
 * no publisher knows.
 */
export function receiversOf(
  { envelope, expected }: Intent,
  model: TopologyModel,
  starts: Readonly<Record<string, string>>,
): string[] {
  // As the rules have it: addressed messages and direct channels start nothing.
  const open = envelope.receiver === undefined && model.channels[envelope.channel]?.qos.delivery === 'bus';
  const started = open ? startedBy(envelope, starts) : [];
  return [...expected, ...started.map((name) => `workflow:${name}`)];
}

/**
 * Looks whether every expected receiver has taken the message. Before expiry and grace a missing one has it sent again, as it is,
 * and looked at once more then. Afterwards, or when the bus refuses it for good, each missing delivery is settled as
 * `undeliverable`, with its dead letter and reports. A message that could not be sent just now is looked at again soon.
 *
 * @throws LanewayError UNAVAILABLE, PUBLISH
 */
export async function lookAtIntent(
  intent: DueIntent,
  services: IntentServices,
): Promise<{ resent: boolean; undeliverable: number }> {
  const { clock, deliveries, intents, log } = services;
  const { envelope, expected } = intent;
  const receivers = receiversOf(intent, services.topology.model, services.starts);
  const records = await Promise.all(receivers.map((receiver) => deliveries.get(keyOf(envelope, receiver))));
  // What an earlier run settled, but may not have told of, is settled again: it changes nothing.
  const missing = receivers.filter((_, index) => records[index] === undefined || records[index].copy === COPY);
  if (missing.length === 0) return { resent: false, undeliverable: 0 };
  const lastLook = Date.parse(envelope.expires) + EXPIRY_GRACE_MS;
  if (clock.now() >= lastLook) {
    const error = new LanewayError(
      'UNDELIVERABLE',
      `nobody took ${envelope.type} until ${new Date(lastLook).toISOString()}, ${EXPIRY_GRACE_MS / 60_000} minutes after it expired`,
    );
    return { resent: false, undeliverable: await settleUndelivered(envelope, missing, error, services) };
  }
  const failed = (await send(envelope, missing, services)).find((result) => !result.ok);
  if (failed && !failed.ok && !failed.retryable) {
    const error = new LanewayError('UNDELIVERABLE', `${envelope.type} was refused: ${failed.code}: ${failed.message}`);
    return { resent: false, undeliverable: await settleUndelivered(envelope, missing, error, services) };
  }
  await intents.record([{ envelope, expected }], failed ? clock.now() + INTENT_GRACE_MS : lastLook);
  log.warn('a message that did not arrive was sent again', {
    type: envelope.type,
    id: envelope.id,
    correlation: envelope.correlationid,
    missing,
    sent: !failed,
  });
  return { resent: !failed, undeliverable: 0 };
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
      lane: laneFor(envelope.priority, model.agents[receiver]?.lanes ?? []) ?? envelope.priority,
      envelope,
    })),
  );
}

/** Settles each missing delivery as `undeliverable`, with its dead letter and reports. @returns how many were missing */
export async function settleUndelivered(
  envelope: Envelope,
  missing: readonly string[],
  error: LanewayError,
  services: IntentServices,
): Promise<number> {
  const summary = summarizeError(error);
  let settled = 0;
  for (const receiver of missing) {
    const now = services.clock.now();
    const written = await services.deliveries.settleUnleased(keyOf(envelope, receiver), factsOf(envelope), {
      state: 'dead-lettered',
      copy: COPY,
      at: now,
      emissions: [],
      error: summary,
    });
    // Taken just now after all: whoever has it writes the outcome.
    if (written !== 'stored' && written.copy !== COPY) continue;
    await storeFinding(
      {
        receiver,
        reason: 'undeliverable',
        error: summary,
        tries: 0,
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

function keyOf(envelope: Envelope, receiver: string) {
  return { correlationId: envelope.correlationid, messageId: envelope.id, receiver };
}
