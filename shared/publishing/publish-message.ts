import { offloadPayloads } from '../domain/delivery/claim-check.js';
import { envelopeOf, type Emission } from '../domain/delivery/delivery.js';
import { sourceOf, type Envelope, type PublisherKind } from '../domain/wire/envelope.js';
import { LanewayError } from '../domain/base/errors.js';
import type { Rung } from '../domain/request/ladder.js';
import { canBeId, newId } from '../domain/base/ids.js';
import type { Waiter } from '../domain/request/pending.js';
import type { Clock } from '../domain/base/clock.js';
import type { IntentStore } from '../domain/delivery/intent-store.js';
import type { PayloadStore } from '../domain/wire/payload-store.js';
import type { MessageType } from '../message/message-type.js';
import { composeMessage, type PublishOptions } from './compose-message.js';
import { openRequests, sendOpened, type Senders } from './send-messages.js';
import type { Topology } from '../topology/topology.js';

/** Topology, name and ports of a publisher outside any handling: a client, an ingress, a function of the platform. */
export interface Publishing {
  readonly topology: Topology;
  readonly kind: Exclude<PublisherKind, 'agent'>;
  readonly name: string;
  readonly clock: Clock;
  readonly intents: IntentStore;
  readonly payloads: PayloadStore;
  readonly senders: Senders;
}

/** Place of a message in its conversation, and the ids that keep a repetition from making a second one. */
export interface Standing {
  /** Conversation that the message belongs to. @defaultValue a new one */
  readonly correlationId?: string;
  readonly causationId?: string;
  /** Number of messages that led to it. @defaultValue 0 */
  readonly hops?: number;
  /** Handlings that led to it. @defaultValue none: it is the first of its chain */
  readonly path?: string;
  readonly tenant?: string;
  readonly traceparent?: string;
  readonly actor?: string;
  /** Id of the message: the same again is the same message. @defaultValue a new one */
  readonly id?: string;
  /** For a command: its request, when it is not a new one. For an event: the request whose outcome it tells. */
  readonly requestId?: string;
  /** For a request: the party that waits. @defaultValue a client */
  readonly waiter?: Waiter;
  /** For a request: its own ladder. @defaultValue that of the channel */
  readonly ladder?: readonly Rung[];
  /** Message from which priority and deadline are inherited. */
  readonly parent?: Pick<Envelope, 'priority' | 'deadline' | 'requestid' | 'id'>;
  /**
   * Optional fields of the payload that are sent and never stored: credentials. A message that the sweeper sends again
   * lacks them, and so does a payload that travels by reference.
   */
  readonly unstored?: Readonly<Record<string, unknown>>;
}

/** Ids of a message that was published. */
export interface Receipt {
  /** Id of the message. */
  readonly id: string;
  /** Conversation of the message; pass it to join the conversation. */
  readonly correlationId: string;
  /** Id of the request, for a command that names a reply. */
  readonly requestId?: string;
}

/** Time after recording an intent at which the sweeper looks whether the message arrived, and sends it again if it did not. */
export const INTENT_GRACE_MS = 120_000;

/**
 * Publishes one message from outside any handling: checks and stamps it, stores the intent with the expected receivers,
 * then sends it. A request of a workflow or of a compensation has its pending record written before the intent. When
 * that request has ended, or would end before it could be sent, no intent is stored. Delivered at least once under one
 * id. When the call throws after the intent was stored, the sweeper sends the message.
 *
 * @throws LanewayError as `composeMessage`; REFUSED when the bus refuses it for good; PUBLISH when it could not be sent
 * yet (it is in the ledger and will be)
 */
export async function publishMessage(
  publishing: Publishing,
  type: MessageType,
  data: unknown,
  options: PublishOptions,
  standing: Standing = {},
): Promise<Receipt> {
  const { topology, clock } = publishing;
  const now = clock.now();
  checkIds(standing);
  const composed = composeMessage(type, data, options, {
    topology,
    now,
    ...(standing.parent === undefined ? {} : { parent: standing.parent }),
    ...(standing.id === undefined ? {} : { id: standing.id }),
    ...(standing.requestId === undefined ? {} : { requestId: standing.requestId }),
    ...(standing.ladder === undefined ? {} : { ladder: standing.ladder }),
  });
  const correlationId = standing.correlationId ?? newId();
  const emissions = await offloadPayloads(composed, correlationId, publishing.payloads);
  const source = sourceOf(topology.name, publishing.kind, publishing.name);
  const told = type.kind === 'event' && standing.requestId !== undefined ? { requestid: standing.requestId } : {};
  const outgoing = emissions.map((emission) => ({
    envelope: outsideEnvelope({ ...emission, ...told }, correlationId, standing, source),
    expected: emission.expected,
    waiter: standing.waiter ?? ({ kind: 'client' } as const),
    ...(standing.ladder === undefined ? {} : { ladder: standing.ladder }),
  }));
  // A caller that died over a step or an undoing is run again. With an intent but no record, the sweeper would send the
  // command meanwhile, and its reply would find no waiter.
  const first = standing.waiter?.kind === 'workflow' || standing.waiter?.kind === 'saga';
  const early = first ? await openRequests(topology.model, outgoing, publishing.senders, now) : undefined;
  const trouble = early?.find((one) => typeof one === 'object');
  if (trouble) throw trouble;
  // A request that has ended, or will before it could be sent, has nothing to be sent later either.
  const intended = early ? outgoing.filter((_, index) => early[index] === true) : outgoing;
  if (intended.length > 0) await publishing.intents.record(intended, now + INTENT_GRACE_MS);
  const opened = early ?? (await openRequests(topology.model, outgoing, publishing.senders, now));
  const sent = outgoing.map((one) => ({ ...one, envelope: withUnstored(one.envelope, standing.unstored) }));
  const [refused] = await sendOpened(topology.model, sent, opened, publishing.senders);
  if (refused) throw refused.error;
  const envelope = outgoing[0]?.envelope;
  return {
    id: envelope?.id ?? '',
    correlationId,
    ...(envelope?.requestid === undefined ? {} : { requestId: envelope.requestid }),
  };
}

function withUnstored(envelope: Envelope, unstored: Standing['unstored']): Envelope {
  const { data } = envelope;
  if (unstored === undefined || typeof data !== 'object' || data === null) return envelope;
  return { ...envelope, data: { ...data, ...unstored } };
}

function checkIds({ id, correlationId, causationId, requestId }: Standing): void {
  for (const [what, given] of Object.entries({ id, correlationId, causationId, requestId })) {
    if (given !== undefined && !canBeId(given)) {
      throw new LanewayError('INVALID_OPTION', `${what} is ${JSON.stringify(given.slice(0, 160))}`, {
        help: ['allowed: 1 to 128 letters, digits and _ . : -'],
      });
    }
  }
}

function outsideEnvelope(emission: Emission, correlationid: string, standing: Standing, source: string): Envelope {
  const { causationid: _none, ...envelope } = envelopeOf(
    emission,
    {
      specversion: '1.0',
      datacontenttype: 'application/json',
      ...emission,
      attempt: 1,
      id: standing.causationId ?? '',
      source,
      correlationid,
      hops: (standing.hops ?? 0) - 1,
      ...(standing.path === undefined ? {} : { path: standing.path }),
      ...(standing.tenant === undefined ? {} : { tenant: standing.tenant }),
      ...(standing.traceparent === undefined ? {} : { traceparent: standing.traceparent }),
      ...(standing.actor === undefined ? {} : { actor: standing.actor }),
    },
    source,
  );
  return {
    ...envelope,
    ...(standing.causationId === undefined ? {} : { causationid: standing.causationId }),
    ...(standing.ladder === undefined ? {} : { escalates: true }),
  };
}
