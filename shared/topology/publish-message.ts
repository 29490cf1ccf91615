import { offloadPayloads } from '../domain/claim-check.js';
import { envelopeOf, type Emission } from '../domain/delivery.js';
import { sourceOf, type Envelope, type PublisherKind } from '../domain/envelope.js';
import { LanewayError } from '../domain/errors.js';
import { canBeId, newId } from '../domain/ids.js';
import type { Waiter } from '../domain/pending.js';
import type { Clock, IntentStore, PayloadStore } from '../domain/ports.js';
import type { MessageType } from '../message/message-type.js';
import { composeMessage, type PublishOptions } from './compose-message.js';
import { sendMessages, type Senders } from './send-messages.js';
import type { Topology } from './topology.js';

/** What a publisher outside any handling works with: a client, an ingress, a function of the platform. */
export interface Publishing {
  readonly topology: Topology;
  readonly kind: Exclude<PublisherKind, 'agent'>;
  readonly name: string;
  readonly clock: Clock;
  readonly intents: IntentStore;
  readonly payloads: PayloadStore;
  readonly senders: Senders;
}

/** Where a message stands in its conversation, and what it must not make twice. */
export interface Standing {
  /** @defaultValue a new conversation */
  readonly correlationId?: string;
  readonly causationId?: string;
  /** @defaultValue 0 */
  readonly hops?: number;
  readonly tenant?: string;
  readonly traceparent?: string;
  readonly actor?: string;
  /** Id of the message: the same again is the same message. @defaultValue a new one */
  readonly id?: string;
  /** For a command: its request, when it is not a new one. For an event: the request whose outcome it tells. */
  readonly requestId?: string;
  /** For a request: who waits. @defaultValue a client */
  readonly waiter?: Waiter;
  /** What priority and deadline are inherited from. */
  readonly parent?: Pick<Envelope, 'priority' | 'deadline' | 'requestid' | 'id'>;
}

/** A message that was published. */
export interface Receipt {
  readonly id: string;
  readonly correlationId: string;
  readonly requestId?: string;
}

/** After this the reconciler looks whether an intended message arrived, and sends it again if it did not. */
export const INTENT_GRACE_MS = 120_000;

/**
 * Publishes one message from outside any handling: checks and stamps it, stores the intent with the expected receivers,
 * then sends. At least once under one id; when the call throws after the intent was stored, the reconciler sends it.
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
  });
  const correlationId = standing.correlationId ?? newId();
  const emissions = await offloadPayloads(composed, correlationId, publishing.payloads);
  const source = sourceOf(topology.name, publishing.kind, publishing.name);
  const told = type.kind === 'event' && standing.requestId !== undefined ? { requestid: standing.requestId } : {};
  const outgoing = emissions.map((emission) => ({
    envelope: outsideEnvelope({ ...emission, ...told }, correlationId, standing, source),
    expected: emission.expected,
    waiter: standing.waiter ?? ({ kind: 'client' } as const),
  }));
  await publishing.intents.record(outgoing, now + INTENT_GRACE_MS);
  const [refused] = await sendMessages(topology.model, outgoing, publishing.senders, now);
  if (refused) throw refused.error;
  const first = outgoing[0]?.envelope;
  return {
    id: first?.id ?? '',
    correlationId,
    ...(first?.requestid === undefined ? {} : { requestId: first.requestid }),
  };
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
      ...(standing.tenant === undefined ? {} : { tenant: standing.tenant }),
      ...(standing.traceparent === undefined ? {} : { traceparent: standing.traceparent }),
      ...(standing.actor === undefined ? {} : { actor: standing.actor }),
    },
    source,
  );
  return { ...envelope, ...(standing.causationId === undefined ? {} : { causationid: standing.causationId }) };
}
