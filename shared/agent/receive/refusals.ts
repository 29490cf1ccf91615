import { reasonOf, type DeadLetter } from '../../domain/delivery/dead-letter.js';
import {
  factsOf,
  isSettled,
  type DeliveryKey,
  type DeliveryRecord,
  type Emission,
} from '../../domain/delivery/delivery.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { errorSignature, LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { timeOf } from '../../domain/base/iso-time.js';
import { MessageExpired, RequestFailed } from '../../message/system-messages.js';
import { composeMessage, composeReply, type Composition } from '../../publishing/compose-message.js';
import { failureChannel } from '../../topology/failure-channel.js';
import type { TopologyModel } from '../../topology/model.js';
import type { BoundAgent } from '../create-agent.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { sendEmissions } from './emissions.js';
import { ACKNOWLEDGE, type ReceivedCopy, type Services, type Verdict } from './services.js';

/** One copy on its way through the chain. */
export interface Delivery {
  readonly bound: BoundAgent;
  readonly services: Services;
  readonly copy: ReceivedCopy;
  /** True when nothing else runs beside it in the process. */
  readonly alone: boolean;
  /** Instant at which the process may be ended, milliseconds since 1970. */
  readonly end: number;
  /** Keeps short leases alive; without it a lease lasts until `end`. */
  readonly keeper?: LeaseKeeper;
}

/** Milliseconds that a copy stays away after its lease was lost. */
export const LOST_MS = 1_000;

/** Verdict after a lost lease. The copy is not acknowledged: the present holder of the lease may have received this very copy. */
export const LOST: Verdict = {
  kind: 'return',
  after: LOST_MS,
  why: 'the lease was lost before the outcome was written',
};

/**
 * Instant from which a message is not handled any more, milliseconds since 1970: its expiry, and for a command its
 * deadline if that is earlier. The requester has been told by then that it timed out.
 */
export function lastUse(envelope: Envelope, model: TopologyModel): number {
  const expires = timeOf(envelope.expires);
  const isCommand = model.types[envelope.type]?.kind === 'command';
  return isCommand && envelope.deadline !== undefined ? Math.min(expires, timeOf(envelope.deadline)) : expires;
}

/**
 * Handles a copy of a delivery with an outcome: the copy that wrote the outcome sends its emissions again, any other is
 * a duplicate.
 */
export async function resend(delivery: Delivery, envelope: Envelope, record: DeliveryRecord): Promise<Verdict> {
  const { bound, services, copy } = delivery;
  if (record.copy === copy.copy)
    await sendEmissions(record, envelope, bound.agent.id, bound.agent.topology.model, services, copy.copy);
  return ACKNOWLEDGE;
}

/**
 * Records that a message came too late to be handled, and drops it, publishes `MessageExpired` or dead-letters it, as
 * its channel's `onExpiry` says.
 */
export async function expire(delivery: Delivery, envelope: Envelope, key: DeliveryKey): Promise<Verdict> {
  const { bound, services } = delivery;
  const { model } = bound.agent.topology;
  const channel = model.channels[envelope.channel];
  const ended = new Date(lastUse(envelope, model)).toISOString();
  const error = new LanewayError('EXPIRED', `${envelope.type} expired at ${ended}`);
  if (channel?.qos.onExpiry === 'dead-letter') return refuse(delivery, envelope, key, summarizeError(error));
  // A message about an expired system message could itself expire, and cause another one.
  const told =
    channel?.qos.onExpiry === 'escalate' && !channel.system
      ? composeMessage(
          MessageExpired,
          {
            ...{
              type: envelope.type,
              id: envelope.id,
              channel: channel.name,
              receiver: bound.agent.id,
              expires: ended,
            },
            ageSeconds: Math.max(0, (services.clock.now() - Date.parse(envelope.time)) / 1000),
          },
          {},
          compositionOf(delivery, envelope),
        )
      : [];
  return leave(delivery, envelope, key, error, told);
}

/** Records that a command came too near to its deadline, and ends the request at once with `RequestFailed`, code TOO_LATE. */
export async function refuseLate(delivery: Delivery, envelope: Envelope, key: DeliveryKey): Promise<Verdict> {
  const { bound, services } = delivery;
  const left = lastUse(envelope, bound.agent.topology.model) - services.clock.now();
  const error = new LanewayError(
    'TOO_LATE',
    `${envelope.type} has ${left} ms left, and '${bound.agent.id}' needs ${bound.agent.model.needs ?? '0 seconds'}`,
    { help: ['give the request a longer timeout, or find out where its command waited (laneway trace)'] },
  );
  const { requestid, type, attempt } = envelope;
  const data = { requestId: requestid ?? '', type, code: error.code, message: error.message, attempt };
  const waits = requestid !== undefined && envelope.replyto !== undefined;
  const channel = failureChannel(bound.agent.topology.model, envelope);
  const told = waits ? [composeReply(RequestFailed, data, { channel }, compositionOf(delivery, envelope))] : [];
  return leave(delivery, envelope, key, error, told);
}

/** Records that a command is not started because its request was taken back. */
export async function refuseCancelled(
  delivery: Delivery,
  envelope: Envelope,
  key: DeliveryKey,
  why: string,
): Promise<Verdict> {
  return leave(delivery, envelope, key, new LanewayError('CANCELLED', `its request was taken back: ${why}`), []);
}

/** Settles a message that was not leased as `expired`, and sends the message that tells of it. */
async function leave(
  delivery: Delivery,
  envelope: Envelope,
  key: DeliveryKey,
  why: LanewayError,
  told: readonly Emission[],
): Promise<Verdict> {
  const { bound, services, copy } = delivery;
  const settled = await standing(delivery, envelope, key);
  if (settled) return settled;
  const outcome = {
    state: 'expired',
    copy: copy.copy,
    at: services.clock.now(),
    emissions: told,
    error: summarizeError(why),
  } as const;
  const written = await services.deliveries.settleUnleased(key, factsOf(envelope), outcome);
  if (written !== 'stored') return isSettled(written.state) ? ACKNOWLEDGE : LOST;
  await sendEmissions(outcome, envelope, bound.agent.id, bound.agent.topology.model, services, copy.copy);
  services.log.info('the message is not handled', {
    type: envelope.type,
    id: envelope.id,
    correlation: envelope.correlationid,
    code: why.code,
  });
  return ACKNOWLEDGE;
}

/** Verdict for a delivery that has an outcome or a running lease; undefined when it is free to be settled. */
async function standing(delivery: Delivery, envelope: Envelope, key: DeliveryKey): Promise<Verdict | undefined> {
  const record = await delivery.services.deliveries.get(key);
  if (!record) return undefined;
  if (isSettled(record.state)) return resend(delivery, envelope, record);
  const until = record.state === 'leased' && record.leasedUntil !== undefined ? Date.parse(record.leasedUntil) : 0;
  const left = until - delivery.services.clock.now();
  return left > 0 ? { kind: 'return', after: left, why: 'somebody else works on it' } : undefined;
}

/** Dead-letters a message that was not leased. */
export async function refuse(
  delivery: Delivery,
  envelope: Envelope,
  key: DeliveryKey,
  error: ErrorSummary,
): Promise<Verdict> {
  const { services, copy } = delivery;
  const settled = await standing(delivery, envelope, key);
  if (settled) return settled;
  await services.deadLetters.send(letterOf(delivery, error, 1));
  const written = await services.deliveries.settleUnleased(key, factsOf(envelope), {
    state: 'dead-lettered',
    copy: copy.copy,
    at: services.clock.now(),
    emissions: [],
    error,
  });
  return written !== 'stored' && !isSettled(written.state) ? LOST : ACKNOWLEDGE;
}

/**
 * Dead-letters a leased message. The letter is written first, so that a crash in between leaves a letter too many, and
 * never none.
 */
export async function bury(
  delivery: Delivery,
  key: DeliveryKey,
  owner: string,
  error: ErrorSummary,
  tries: number,
): Promise<Verdict> {
  const { services, copy } = delivery;
  // A letter ends the request of a command, so that none is written for a delivery that another receiver has taken
  // over.
  if ((await services.deliveries.get(key))?.owner !== owner) return LOST;
  await services.deadLetters.send(letterOf(delivery, error, tries));
  const written = await services.deliveries.settle(key, owner, {
    state: 'dead-lettered',
    copy: copy.copy,
    at: services.clock.now(),
    emissions: [],
    error,
  });
  return written === 'lost' ? LOST : ACKNOWLEDGE;
}

/** The dead letter of a copy. */
export function letterOf(delivery: Delivery, error: ErrorSummary, tries: number): DeadLetter {
  const { bound, services, copy } = delivery;
  const version = bound.agent.version ?? services.version;
  return {
    laneway: 'dead-letter',
    receiver: bound.agent.id,
    copy: copy.copy,
    reason: reasonOf(error),
    error,
    signature: errorSignature(error),
    ...(version === undefined ? {} : { version }),
    tries,
    at: new Date(services.clock.now()).toISOString(),
    body: copy.body,
  };
}

function compositionOf({ bound, services }: Delivery, envelope: Envelope): Composition {
  return { topology: bound.agent.topology, sender: bound.agent.id, parent: envelope, now: services.clock.now() };
}
