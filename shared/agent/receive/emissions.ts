import { defined } from '../../domain/base/defined.js';
import {
  CLAIM_CHECK_BYTES,
  contentKey,
  INLINE_EMISSIONS_BYTES,
  offloadPayloads,
} from '../../domain/delivery/claim-check.js';
import { envelopeOf, type DeliveryRecord, type Emission } from '../../domain/delivery/delivery.js';
import type { DeadLetter } from '../../domain/delivery/dead-letter.js';
import { emissionsAt } from '../../domain/delivery/emissions-at.js';
import { writerOfReceiver } from '../../domain/wire/writers.js';
import { PAYLOAD_LIMIT_BYTES } from '../../domain/wire/json-form.js';
import { keptPlace } from '../../domain/wire/payload-keys.js';
import { sourceOf, type Envelope } from '../../domain/wire/envelope.js';
import { errorSignature, LanewayError, summarizeError } from '../../domain/base/errors.js';
import { behindHandling, type Lineage } from '../../domain/delivery/lineage.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { TimerQueue } from '../../domain/request/timer-queue.js';
import { areOpen, chooseReceivers } from '../../publishing/choose-receivers.js';
import { sendMessages, type Senders } from '../../publishing/send-messages.js';
import type { TopologyModel } from '../../topology/model.js';
import type { Delivery, Lease } from './delivery.js';
import type { Services } from './services.js';
import { ownStore } from '../store-trouble.js';

/** Emissions as an outcome holds them. */
export interface StoredEmissions {
  readonly emissions: readonly Emission[];
  readonly emissionsRef?: string;
}

/** Emissions of an outcome, with the note that they wait if sending them has failed before. */
export type WaitingEmissions = StoredEmissions & Pick<DeliveryRecord, 'unsent'>;

/** True for an outcome that holds messages to send. */
export function holdsEmissions({ emissions, emissionsRef }: StoredEmissions): boolean {
  return emissions.length > 0 || emissionsRef !== undefined;
}

/**
 * Chooses the receivers that are still open, then stores large payloads, and then a large list of emissions, in the payload
 * store, before the outcome refers to them.
 */
export async function storeEmissions(
  given: readonly Emission[],
  { key, services: { payloads, choices } }: Delivery,
  { owner }: Lease,
): Promise<StoredEmissions> {
  const emissions = areOpen(given) ? await chooseReceivers(given, choices) : given;
  let light;
  let text;
  try {
    const by = { writer: writerOfReceiver(key.receiver), correlationId: key.correlationId };
    light = await offloadPayloads(emissions, by, { put: (at, body) => ownStore(payloads.put(at, body)) });
    text = JSON.stringify(light);
  } catch (cause) {
    // A value that JSON cannot express (a circle, a bigint) fails at the next try as well.
    if (!(cause instanceof TypeError)) throw cause;
    throw new LanewayError('HANDLER_RESULT', `what was published is no JSON: ${cause.message}`, { cause });
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= INLINE_EMISSIONS_BYTES) return { emissions: light };
  if (bytes > PAYLOAD_LIMIT_BYTES) {
    throw new LanewayError('TOO_LARGE', `what was published has ${bytes} bytes in all`, {
      help: [`allowed: ${PAYLOAD_LIMIT_BYTES} bytes, payloads over ${CLAIM_CHECK_BYTES} bytes not counted`],
    });
  }
  // The owner is in the key: a handling that lost its lease must not replace the emissions of the one that won. So is
  // the hash: the ledger's chains hold the key.
  const writer = writerOfReceiver(key.receiver);
  const emissionsRef = contentKey(keptPlace(writer, 'emissions', key.correlationId, key.messageId, owner), text);
  await ownStore(payloads.put(emissionsRef, text));
  return { emissions: [], emissionsRef };
}

/**
 * Reads the emissions of a receiver's outcome, from its item or from the payload store.
 * @throws LanewayError as emissionsAt
 */
export async function loadEmissions(
  { emissions, emissionsRef }: StoredEmissions,
  receiver: string,
  payloads: PayloadStore,
): Promise<readonly Emission[]> {
  return emissionsRef === undefined ? emissions : emissionsAt(emissionsRef, receiver, payloads);
}

/** Emission that the bus refused for good. */
export interface RefusedEmission {
  readonly envelope: Envelope;
  readonly error: LanewayError;
  /** Agents that were to receive it. */
  readonly expected: readonly string[];
}

/** Sender of stored messages: the agent that published them, and what led to them. */
export interface StoredSender {
  readonly agent: string;
  readonly lineage: Lineage;
}

/**
 * Sends the messages that an outcome stored, as they are stored.
 * @returns those that the bus refuses for good
 * @throws LanewayError PUBLISH when some could not be sent yet
 */
export async function sendStored(
  stored: WaitingEmissions,
  { agent, lineage }: StoredSender,
  model: TopologyModel,
  services: Pick<Services, 'payloads' | 'senders' | 'clock'>,
): Promise<readonly RefusedEmission[]> {
  const { payloads, clock } = services;
  const senders = stored.unsent === undefined ? services.senders : withFirstTimers(services.senders);
  const emissions = await loadEmissions(stored, agent, payloads);
  if (emissions.length === 0) return [];
  const source = sourceOf(model.name, 'agent', agent);
  const outgoing = emissions.map((emission) => ({
    envelope: envelopeOf(emission, lineage, source),
    expected: emission.expected,
    waiter: { kind: 'agent', id: agent } as const,
    ...defined({ choice: emission.choice }),
  }));
  const refused = await sendMessages(model, outgoing, senders, clock.now());
  return refused.map(({ envelope, error }) => {
    const expected = emissions.find(({ id }) => id === envelope.id)?.expected ?? [];
    return { envelope, error, expected };
  });
}

/**
 * Senders that set the timer of a request only while it has no record. Messages that wait are tried again for as long as
 * an outage lasts, and each timer of a request lives until its deadline.
 */
function withFirstTimers(senders: Senders): Senders {
  const { pending, timers } = senders;
  if (!pending || !timers) return senders;
  const set: TimerQueue['set'] = async (timer, now) => {
    if ((await pending.get(timer.requestId)) === undefined) await timers.set(timer, now);
  };
  return { ...senders, timers: { set } };
}

/** Time after which the sweeper sends the messages of an outcome that could not be sent at once, milliseconds. */
export const UNSENT_GRACE_MS = 300_000;

/**
 * Sends the messages that an outcome stored. A message that the bus refuses for good becomes a dead letter `refused` of
 * every receiver that was to get it (of this agent when there is none): nobody else would ever account for those deliveries.
 * When sending fails, the outcome gets a note by which the sweeper sends them, should the copy be lost meanwhile.
 *
 * @throws LanewayError PUBLISH when some could not be sent yet
 */
export async function sendEmissions(stored: WaitingEmissions, delivery: Delivery): Promise<void> {
  const { bound, services, key, envelope } = delivery;
  const { id: agent, topology } = bound.agent;
  const lineage = behindHandling(envelope, agent);
  try {
    const refused = await sendStored(stored, { agent, lineage }, topology.model, services);
    for (const one of refused) await buryRefused(one, delivery);
  } catch (error) {
    if (stored.unsent === undefined) await noteUnsent(delivery, lineage);
    throw error;
  }
  if (stored.unsent !== undefined) await services.deliveries.noteSent(key, services.clock.now());
}

/** Notes that the messages wait. A failure is logged only: the copy comes again, and with it the note. */
async function noteUnsent({ services, key }: Delivery, lineage: Lineage): Promise<void> {
  const due = new Date(services.clock.now() + UNSENT_GRACE_MS).toISOString();
  try {
    await services.deliveries.noteUnsent(key, { lineage, due });
  } catch (error) {
    services.log.warn('it could not be noted that messages wait to be sent', {
      ...{ id: key.messageId, error: summarizeError(error).message },
    });
  }
}

/** Writes the dead letters of a message that was refused for good. Deliveries of its receivers are theirs, and there are none. */
async function buryRefused(
  { envelope, error, expected }: RefusedEmission,
  { bound, services, copy: { copy } }: Delivery,
): Promise<void> {
  const { id: agent } = bound.agent;
  services.log.error('a published message was refused for good', {
    type: envelope.type,
    id: envelope.id,
    error: error.message,
  });
  const at = services.clock.now();
  const summary = summarizeError(error);
  for (const receiver of expected.length > 0 ? expected : [agent]) {
    const letter: DeadLetter = {
      laneway: 'dead-letter',
      receiver,
      sender: agent,
      copy,
      reason: 'refused',
      error: summary,
      signature: errorSignature(summary),
      tries: 0,
      at: new Date(at).toISOString(),
      body: JSON.stringify(envelope),
    };
    await services.deadLetters.send(letter);
  }
}
