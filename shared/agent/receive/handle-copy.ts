import { checkReference, payloadAt } from '../../domain/delivery/claim-check.js';
import type { LeaseRequest } from '../../domain/delivery/delivery-store.js';
import { factsOf, type DeliveryKey, type LeaseResult } from '../../domain/delivery/delivery.js';
import { milliseconds } from '../../domain/base/duration.js';
import { sourceOf } from '../../domain/wire/envelope.js';
import {
  LanewayError,
  summarizeError,
  unthrownError,
  withoutStacks,
  type ErrorSummary,
} from '../../domain/base/errors.js';
import { decodeData, type MessageType } from '../../message/message-type.js';
import { MessageExpired, RequestFailed } from '../../message/system-messages.js';
import { composeMessage, composeReply } from '../../publishing/compose-message.js';
import { checkRunaway } from '../../topology/check-runaway.js';
import { failureChannel } from '../../topology/failure-channel.js';
import { lastUse } from '../../topology/last-use.js';
import type { TopologyModel } from '../../topology/model.js';
import type { BoundAgent } from '../create-agent.js';
import { claimReply, mayAnswer } from './claim-reply.js';
import {
  checkAgainstTopology,
  checkDelivered,
  checkLane,
  checkVouched,
  decodeCopy,
  type Decoded,
} from './decode-copy.js';
import {
  compositionOf,
  deliveryOf,
  qosOf,
  type Arrival,
  type Delivery,
  type Lease,
  withoutHeldTime,
} from './delivery.js';
import { holdsEmissions, sendEmissions, storeEmissions, type StoredEmissions } from './emissions.js';
import { endDelivery, endUnread } from './end-delivery.js';
import type { Handling } from './handling.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { heldBack } from './hold-back.js';
import { COUNTED_SHARE } from './process-guards.js';
import { Refusal, refusalFor } from './refusal.js';
import { OUTCOME_MS, runHandler } from './run-handler.js';
import { StoppedHandling } from './stopped-handling.js';
import { ownStore, troubleOf } from '../store-trouble.js';
import { ACKNOWLEDGE, LOST, troubleVerdict, type Verdict } from './verdict.js';

/**
 * Takes one copy through an agent. The answer is always a verdict. Nothing is thrown, and nothing is acknowledged that
 * has no outcome or dead letter.
 *
 * The chain: decode → own message? → checks → channel paused? → payload → reply in time? → lease → budget → handler → outcome → emissions. A payload by
 * reference comes after the budget. The functions of its steps follow in this order. A step that does not pass the delivery on returns a {@link Refusal}, and the
 * delivery ends there.
 */
export async function handleCopy(arrival: Arrival): Promise<Verdict> {
  // One frame for the whole chain: each more is a promise more for every message.
  try {
    const { bound, services } = arrival;
    let decoded: Decoded;
    try {
      decoded = withoutStacks(decodeVouched, arrival, bound.agent.topology.model);
    } catch (error) {
      return await endUnread(arrival, summarizeError(error));
    }
    const { envelope } = decoded;
    if (isOwn(decoded, bound)) return ACKNOWLEDGE;
    const arrived = deliveryOf(arrival, envelope);
    const delivery = arrived.expires > arrived.at ? arrived : await withoutHeldTime(arrived);

    const type = withoutStacks(check, delivery, decoded);
    if (type instanceof Refusal) return await endDelivery(delivery, type);

    const asked = heldBack(delivery);
    const held = asked instanceof Promise ? await asked : asked;
    if (held) return await endDelivery(delivery, held);

    // The chain gives way only where it has to wait: every message goes through here.
    const isInline = envelope.dataref === undefined;
    let data = isInline ? withoutStacks(readPayload, delivery, type) : undefined;
    if (data instanceof Refusal) return await endDelivery(delivery, data);
    const late = isInline && mayAnswer(delivery, type) ? await claimReply(delivery) : undefined;
    if (late) return await endDelivery(delivery, late);

    const now = arrival.at;
    const request = requestFor(delivery, now);
    const answer = await services.deliveries.lease(delivery.key, factsOf(envelope), request);
    const lease = leaseOf(delivery, request, answer);
    if (lease instanceof Refusal) return await endDelivery(delivery, lease);

    // A copy that comes again after its try was given back has been counted.
    if (lease.tries === 1 && delivery.copy.receives === 1) {
      services.guards.retriesOf(envelope.channel, qosOf(delivery)).first(now);
      const spent = services.guards.counts() ? await countInConversation(delivery, lease) : undefined;
      if (spent) return await endDelivery(delivery, spent);
    }

    if (!isInline) data = await fetchPayload(delivery, lease, type);
    if (data instanceof Refusal) return await endDelivery(delivery, data);

    let stored: StoredEmissions;
    try {
      const made = runHandler({ delivery, lease, type, data, attach: attachTo(delivery, lease) });
      const emissions = made instanceof Promise ? await made : made;
      stored = emissions.length === 0 ? NO_EMISSIONS : await storeEmissions(emissions, delivery, lease);
    } catch (cause) {
      return await endDelivery(delivery, failureOf(delivery, lease, cause));
    }

    let written: 'stored' | 'lost';
    try {
      written = await services.deliveries.settle(delivery.key, lease.owner, {
        state: 'completed',
        copy: delivery.copy.copy,
        at: services.clock.now(),
        ...stored,
      });
    } catch (cause) {
      return await endDelivery(delivery, new Refusal({ kind: 'trouble', error: summarizeError(cause), lease }));
    }
    if (written === 'lost') return LOST;
    services.tried?.(true);
    if (holdsEmissions(stored)) await sendEmissions(stored, delivery);
    services.log.info('handled', {
      type: envelope.type,
      id: envelope.id,
      correlation: envelope.correlationid,
      priority: envelope.priority,
      tries: lease.tries,
      ms: services.clock.now() - now,
    });
    return ACKNOWLEDGE;
  } catch (error) {
    return backToLane(arrival, error);
  }
}

/** The emissions of most handlings, made once. */
const NO_EMISSIONS: StoredEmissions = { emissions: [] };

/**
 * Verdict after a store or the bus failed, which is no fault of the message and counts as no try. The copy comes again, with
 * its outcome (if it was written) in the ledger.
 */
function backToLane({ services, copy }: Arrival, error: unknown): Verdict {
  const { message } = summarizeError(error);
  services.log.error('the message goes back to its lane', { copy: copy.copy, error: message });
  return troubleVerdict(copy.receives, services.random(), message);
}

/** A received text, decoded and held against the lane and the topology. @throws LanewayError UNPARSEABLE, SENDER_MISMATCH */
function decodeVouched({ copy, from }: Arrival, model: TopologyModel): Decoded {
  const decoded = decodeCopy(copy.body);
  checkVouched(decoded, from !== 'bus');
  checkLane(decoded, from);
  checkDelivered(decoded, model);
  return decoded;
}

/**
 * True for an agent's own event, which it does not receive. A message that only claims to be one is checked against the
 * topology like any other.
 */
function isOwn({ envelope, vouched }: Decoded, bound: BoundAgent): boolean {
  if (envelope.source !== ownSource(bound) || envelope.receiver !== undefined) return false;
  // An agent's own event comes back by the bus alone, which vouches for it: a direct channel sends to the others only.
  return vouched?.source === envelope.source && vouched.type === envelope.type;
}

const ownSources = new WeakMap<BoundAgent, string>();

/** Source that an agent publishes under; put together once, as every message is compared with it. */
function ownSource(bound: BoundAgent): string {
  let source = ownSources.get(bound);
  if (source === undefined) {
    source = sourceOf(bound.agent.topology.name, 'agent', bound.agent.id);
    ownSources.set(bound, source);
  }
  return source;
}

/**
 * Checks a message before anything is read for it: source, type and channel against the topology → expired? → time
 * enough? → hop limit, cycle, reference, budget. @returns its type
 */
function check(delivery: Delivery, decoded: Decoded): MessageType | Refusal {
  const { bound, services, envelope, at: now, end } = delivery;
  const { id, model, topology } = bound.agent;
  try {
    checkAgainstTopology(decoded, topology.model, id);
    const last = lastUse(envelope, topology.model, delivery.expires);
    if (last <= now) return expired(delivery, last);
    const type = topology.types.get(envelope.type);
    if (!type) throw new LanewayError('UNKNOWN_TYPE', `'${topology.name}' has no message type ${envelope.type}`);
    if (model.needs !== undefined && type.kind === 'command') {
      const needs = milliseconds(model.needs);
      if (envelope.deadline !== undefined && last - now < needs) return tooLate(delivery, last);
      // Another process may have the time that this one lacks.
      if (end - OUTCOME_MS - now < needs) return leave(0, `no time left for what needs ${model.needs}`);
    }
    checkRunaway(envelope, id, topology.model);
    checkReference(envelope);
    const isSpent = services.guards.isSpent(envelope.correlationid);
    return isSpent ? new Refusal({ kind: 'refuse', error: overBudget(delivery) }) : type;
  } catch (error) {
    return refusalFor(error);
  }
}

/** Refusal of a message that came too late: dropped, told by `MessageExpired`, or a dead letter, as `onExpiry` says. */
function expired(delivery: Delivery, last: number): Refusal {
  const { bound, services, envelope } = delivery;
  const channel = bound.agent.topology.model.channels[envelope.channel];
  const expires = new Date(last).toISOString();
  const error = unthrownError('EXPIRED', `${envelope.type} expired at ${expires}`);
  if (channel?.qos.onExpiry === 'dead-letter') return new Refusal({ kind: 'refuse', error });
  // A message about an expired system message could itself expire, and cause another one.
  if (channel?.qos.onExpiry !== 'escalate' || channel.system) return new Refusal({ kind: 'expire', error, told: [] });
  const { type, id } = envelope;
  const ageSeconds = Math.max(0, (services.clock.now() - Date.parse(envelope.time)) / 1000);
  const data = { type, id, channel: channel.name, receiver: bound.agent.id, expires, ageSeconds };
  return new Refusal({
    kind: 'expire',
    error,
    told: composeMessage(MessageExpired, data, {}, compositionOf(delivery)),
  });
}

/** Refusal of a command that came too near to its deadline. Its request ends at once with `RequestFailed`. */
function tooLate(delivery: Delivery, last: number): Refusal {
  const { bound, services, envelope } = delivery;
  const { id, model, topology } = bound.agent;
  const error = unthrownError(
    'TOO_LATE',
    `${envelope.type} has ${last - services.clock.now()} ms left, and '${id}' needs ${model.needs ?? '0 seconds'}`,
    { help: ['give the request a longer timeout, or find out where its command waited (laneway trace)'] },
  );
  const { requestid, replyto, type, attempt } = envelope;
  if (requestid === undefined || replyto === undefined) return new Refusal({ kind: 'expire', error, told: [] });
  const data = { requestId: requestid, type, code: error.code, message: error.message, attempt };
  const channel = failureChannel(topology.model, envelope);
  const told = [composeReply(RequestFailed, data, { channel }, compositionOf(delivery))];
  return new Refusal({ kind: 'expire', error, told });
}

function overBudget({ bound }: Delivery): ErrorSummary {
  const { model } = bound.agent.topology;
  return unthrownError('BUDGET', 'the conversation has more deliveries than it may have', {
    help: [`allowed by '${model.name}': ${model.conversationBudget}, estimated (conversationBudget)`],
  });
}

/** The payload that the message holds, in its latest version. */
function readPayload({ envelope }: Delivery, type: MessageType): unknown {
  try {
    return decodeData(type, envelope.data, envelope.dataschema);
  } catch (error) {
    return refusalFor(error);
  }
}

/**
 * The payload that the message refers to, in its latest version. It is fetched under the lease, so that a process that dies
 * of it has made a try. A reply claims its request when its payload is known to be good.
 */
async function fetchPayload(delivery: Delivery, lease: Lease, type: MessageType): Promise<unknown> {
  const { envelope, services } = delivery;
  let lost: LanewayError | undefined;
  const detach = attachTo(
    delivery,
    lease,
  )?.((why) => {
    lost = why;
  });
  try {
    const fetched = await ownStore(payloadAt(envelope, services.payloads));
    if (lost) throw lost;
    const data = decodeData(type, fetched, envelope.dataschema);
    const late = mayAnswer(delivery, type) ? await ownStore(claimReply(delivery)) : undefined;
    if (late?.end.kind === 'refuse') return new Refusal({ kind: 'give-up', error: late.end.error, lease });
    return late?.end.kind === 'expire' ? new Refusal({ kind: 'stop', error: late.end.error, lease }) : data;
  } catch (cause) {
    return failureOf(delivery, lease, cause);
  } finally {
    detach?.();
  }
}

function requestFor({ services, end, keeper, alone }: Delivery, now: number): LeaseRequest {
  return { owner: services.guards.newOwner(), now, until: Math.max(keeper?.until(now) ?? end, now + 1_000), alone };
}

/** The lease that a store gave, if it did and the delivery has tries left. */
function leaseOf(delivery: Delivery, { owner, now }: LeaseRequest, answer: LeaseResult): Lease | Refusal {
  switch (answer.kind) {
    case 'leased':
      break;
    case 'suspect':
      return new Refusal({ kind: 'leave', verdict: { kind: 'suspect' } });
    case 'busy':
      return leave(Math.max(1_000, answer.until - now), 'somebody else works on it');
    case 'settled':
      return new Refusal({ kind: 'repeat', record: answer.record });
    case 'cancelled': {
      const error = unthrownError('CANCELLED', `its request was taken back: ${answer.cancellation.why}`);
      return new Refusal({ kind: 'expire', error, told: [] });
    }
  }
  const qos = qosOf(delivery);
  if (answer.tries <= qos.tries) return { owner, tries: answer.tries };
  const what = `the process ended while it handled ${delivery.envelope.type}, ${qos.tries} times`;
  const error = unthrownError('CRASHED', what, { retryable: false });
  // The try of this lease is not made.
  return new Refusal({ kind: 'give-up', error, lease: { owner, tries: qos.tries } });
}

function leave(after: number, why: string): Refusal {
  return new Refusal({ kind: 'leave', verdict: { kind: 'return', after, why } });
}

/** Counts one delivery in {@link COUNTED_SHARE} for all of them. @returns the refusal when there are too many */
async function countInConversation(delivery: Delivery, lease: Lease): Promise<Refusal | undefined> {
  const { bound, services, key } = delivery;
  const count = await services.deliveries.countConversation(key, COUNTED_SHARE, services.clock.now());
  if (count <= bound.agent.topology.model.conversationBudget) return undefined;
  services.guards.spend(key.correlationId);
  return new Refusal({ kind: 'give-up', error: overBudget(delivery), lease });
}

/** Function by which the handling can be stopped from outside: by the keeper of its lease, or by the process. */
function attachTo({ keeper, services, key }: Delivery, { owner }: Lease): Handling['attach'] {
  return keeper === undefined ? services.attach : keptBy(keeper, key, owner);
}

function keptBy(keeper: LeaseKeeper, key: DeliveryKey, owner: string): Handling['attach'] {
  return (stop) => keeper.hold({ key, owner, stop });
}

/** Refusal after a failed try: the handling was stopped, its try was the last, or it comes again. */
function failureOf(delivery: Delivery, lease: Lease, cause: unknown): Refusal {
  const { services, envelope } = delivery;
  const error = summarizeError(cause);
  const stopped = cause instanceof StoppedHandling ? cause.code : undefined;
  const trouble = stopped === undefined ? troubleOf(cause) : undefined;
  services.log.warn(trouble ? 'the handling could not be made: its try does not count' : 'the handler failed', {
    type: envelope.type,
    id: envelope.id,
    correlation: envelope.correlationid,
    tries: lease.tries,
    error: error.message,
  });
  if (trouble) return new Refusal({ kind: 'trouble', error, lease, ...trouble });
  if (stopped === 'LEASE_LOST') return new Refusal({ kind: 'leave', verdict: LOST });
  if (stopped === 'CANCELLED') return new Refusal({ kind: 'stop', error, lease });
  const isLast = !error.retryable || lease.tries >= qosOf(delivery).tries;
  return new Refusal({ kind: isLast ? 'give-up' : 'retry', error, lease });
}
