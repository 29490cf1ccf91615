import { backoffDelay } from '../../domain/base/backoff.js';
import { payloadOf } from '../../domain/delivery/claim-check.js';
import { factsOf, type DeliveryKey, type Emission } from '../../domain/delivery/delivery.js';
import { milliseconds } from '../../domain/base/duration.js';
import { sourceOf, type Envelope } from '../../domain/wire/envelope.js';
import { LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { StoppedHandling } from './lease-keeper.js';
import type { QosProfile } from '../../domain/delivery/qos.js';
import { decodeData, type MessageType } from '../../message/message-type.js';
import { checkRunaway } from '../../topology/check-runaway.js';
import type { TopologyModel } from '../../topology/model.js';
import type { BoundAgent } from '../create-agent.js';
import { checkAgainstTopology, decodeCopy, type Decoded } from './decode-copy.js';
import { sendEmissions, storeEmissions } from './emissions.js';
import { newOwner } from './lease-owner.js';
import { COUNTED_SHARE, isCounted } from './process-guards.js';
import {
  bury,
  expire,
  lastUse,
  letterOf,
  LOST,
  refuse,
  refuseCancelled,
  refuseLate,
  resend,
  type Delivery,
} from './refusals.js';
import { OUTCOME_MS, runHandler } from './run-handler.js';
import { ACKNOWLEDGE, type Verdict } from './services.js';

/** Milliseconds that a copy stays away when a store or the bus failed. */
export const TROUBLE_MS = 5_000;

/**
 * Takes one copy through an agent, in this order: decode → own message? → source, type and channel against the topology
 * → expired? → time enough? → hop limit, cycle, budget → payload → lease → handler → outcome → emissions. The answer is
 * always a verdict. Nothing is thrown, and nothing is acknowledged that has no outcome or dead letter.
 */
export async function handleCopy(delivery: Delivery): Promise<Verdict> {
  try {
    return await pass(delivery);
  } catch (error) {
    // A store or the bus failed. The copy comes again, with its outcome (if it was written) in the ledger.
    delivery.services.log.error('the message goes back to its lane', {
      copy: delivery.copy.copy,
      error: summarizeError(error).message,
    });
    return { kind: 'return', after: TROUBLE_MS, why: summarizeError(error).message };
  }
}

/** Not `async`: every message goes through here, and the function gives way only where it has to wait. */
function pass(delivery: Delivery): Promise<Verdict> {
  const { bound, services, copy } = delivery;
  const { agent } = bound;
  const model = agent.topology.model;
  let decoded;
  try {
    decoded = decodeCopy(copy.body);
  } catch (error) {
    return buryUnread(delivery, error);
  }
  const { envelope } = decoded;
  if (isOwn(decoded, bound)) return Promise.resolve(ACKNOWLEDGE);
  const key: DeliveryKey = { correlationId: envelope.correlationid, messageId: envelope.id, receiver: agent.id };
  const now = services.clock.now();
  let type: MessageType | undefined;
  let data: unknown;
  try {
    checkAgainstTopology(decoded, model, agent.id);
    const last = lastUse(envelope, model);
    if (last <= now) return orRefuse(delivery, envelope, key, expire(delivery, envelope, key));
    type = agent.topology.types.get(envelope.type);
    if (!type) throw new LanewayError('UNKNOWN_TYPE', `'${model.name}' has no message type ${envelope.type}`);
    if (agent.model.needs !== undefined && type.kind === 'command') {
      const needs = milliseconds(agent.model.needs);
      if (envelope.deadline !== undefined && last - now < needs)
        return orRefuse(delivery, envelope, key, refuseLate(delivery, envelope, key));
      // Another process may have the time that this one lacks.
      if (delivery.end - OUTCOME_MS - now < needs)
        return Promise.resolve({ kind: 'return', after: 0, why: `no time left for what needs ${agent.model.needs}` });
    }
    checkLimits(delivery, envelope, model);
    if (envelope.dataref !== undefined) return handleFetched(delivery, envelope, key, type);
    data = decodeData(type, envelope.data, envelope.dataschema);
  } catch (error) {
    return refuseFor(delivery, envelope, key, error);
  }
  return handle(delivery, envelope, key, type, data, now);
}

/** Dead-letters a text that cannot be read. It belongs to no conversation, so that there is no delivery to settle. */
async function buryUnread(delivery: Delivery, error: unknown): Promise<Verdict> {
  await delivery.services.deadLetters.send(letterOf(delivery, summarizeError(error), 1));
  return ACKNOWLEDGE;
}

/** Refuses a message for an error that is not retryable; a retryable one is thrown again. */
async function refuseFor(delivery: Delivery, envelope: Envelope, key: DeliveryKey, error: unknown): Promise<Verdict> {
  const summary = summarizeError(error);
  if (summary.retryable) throw error;
  return refuse(delivery, envelope, key, summary);
}

async function orRefuse(
  delivery: Delivery,
  envelope: Envelope,
  key: DeliveryKey,
  verdict: Promise<Verdict>,
): Promise<Verdict> {
  try {
    return await verdict;
  } catch (error) {
    return refuseFor(delivery, envelope, key, error);
  }
}

/** {@link handle} of a message whose payload travelled by reference. */
async function handleFetched(
  delivery: Delivery,
  envelope: Envelope,
  key: DeliveryKey,
  type: MessageType,
): Promise<Verdict> {
  const { services } = delivery;
  let data;
  try {
    data = decodeData(type, await payloadOf(envelope, services.payloads), envelope.dataschema);
  } catch (error) {
    return refuseFor(delivery, envelope, key, error);
  }
  return handle(delivery, envelope, key, type, data, services.clock.now());
}

/** @throws LanewayError HOP_LIMIT, CYCLE, BUDGET */
function checkLimits({ bound, services }: Delivery, envelope: Envelope, model: TopologyModel): void {
  checkRunaway(envelope, bound.agent.id, model);
  if (services.guards?.isSpent(envelope.correlationid) === true) throw overBudget(model);
}

function overBudget(model: TopologyModel): LanewayError {
  return new LanewayError('BUDGET', 'the conversation has more deliveries than it may have', {
    help: [`allowed by '${model.name}': ${model.conversationBudget}, estimated (conversationBudget)`],
  });
}

/** Counts one delivery in {@link COUNTED_SHARE} for all of them. @returns the error when there are too many */
async function countInConversation(delivery: Delivery, key: DeliveryKey): Promise<ErrorSummary | undefined> {
  const { bound, services } = delivery;
  if (!services.guards) return undefined;
  const { model } = bound.agent.topology;
  const count = await services.deliveries.countConversation(key.correlationId, COUNTED_SHARE, services.clock.now());
  if (count <= model.conversationBudget) return undefined;
  services.guards.spend(key.correlationId);
  return summarizeError(overBudget(model));
}

async function handle(
  delivery: Delivery,
  envelope: Envelope,
  key: DeliveryKey,
  type: MessageType,
  data: unknown,
  now: number,
): Promise<Verdict> {
  const { bound, services, copy, end, keeper } = delivery;
  const { agent } = bound;
  const model = agent.topology.model;
  const qos = model.channels[envelope.channel]?.qos;
  if (!qos) throw new LanewayError('UNKNOWN_CHANNEL', envelope.channel);
  const owner = newOwner();
  const lease = await services.deliveries.lease(key, factsOf(envelope), {
    owner,
    now,
    until: Math.max(keeper?.until(now) ?? end, now + 1_000),
    alone: delivery.alone,
  });
  if (lease.kind === 'suspect') return { kind: 'suspect' };
  if (lease.kind === 'busy')
    return { kind: 'return', after: Math.max(1_000, lease.until - now), why: 'somebody else works on it' };
  if (lease.kind === 'settled') return resend(delivery, envelope, lease.record);
  if (lease.kind === 'cancelled') return refuseCancelled(delivery, envelope, key, lease.cancellation.why);
  if (lease.tries > qos.tries) {
    const error = summarizeError(
      new LanewayError('CRASHED', `the process ended while it handled ${envelope.type}, ${qos.tries} times`, {
        retryable: false,
      }),
    );
    return bury(delivery, key, owner, error, qos.tries);
  }
  if (lease.tries === 1) {
    services.guards?.retriesOf(envelope.channel, qos).first(now);
    const spent = isCounted(key.messageId) ? await countInConversation(delivery, key) : undefined;
    if (spent) return bury(delivery, key, owner, spent, 1);
  }
  let emissions: readonly Emission[];
  let stored;
  try {
    const handling = { bound, services, envelope, type, data, key, owner, tries: lease.tries, end };
    const made = runHandler(
      keeper === undefined
        ? { ...handling, ...(services.attach && { attach: services.attach }) }
        : { ...handling, attach: (stop) => keeper.hold({ key, owner, stop }) },
    );
    emissions = made instanceof Promise ? await made : made;
    stored = emissions.length === 0 ? { emissions } : await storeEmissions(emissions, key, owner, services.payloads);
  } catch (cause) {
    return failed(delivery, envelope, key, owner, lease.tries, qos, cause);
  }
  const written = await services.deliveries.settle(key, owner, {
    state: 'completed',
    copy: copy.copy,
    at: services.clock.now(),
    ...stored,
  });
  if (written === 'lost') return LOST;
  if (emissions.length > 0) await sendEmissions(stored, envelope, agent.id, model, services, copy.copy);
  services.log.info('handled', {
    type: envelope.type,
    id: envelope.id,
    correlation: envelope.correlationid,
    priority: envelope.priority,
    tries: lease.tries,
    ms: services.clock.now() - now,
  });
  return ACKNOWLEDGE;
}

/** Ends a failed try: the copy goes back to the lane and the lease is given back, or the delivery becomes a dead letter. */
async function failed(
  delivery: Delivery,
  envelope: Envelope,
  key: DeliveryKey,
  owner: string,
  tries: number,
  qos: QosProfile,
  cause: unknown,
): Promise<Verdict> {
  const { services, copy } = delivery;
  const error = summarizeError(cause);
  const stopped = cause instanceof StoppedHandling ? cause.code : undefined;
  services.log.warn('the handler failed', {
    type: envelope.type,
    id: envelope.id,
    correlation: envelope.correlationid,
    tries,
    error: error.message,
  });
  if (stopped === 'LEASE_LOST') return LOST;
  const now = services.clock.now();
  if (stopped === 'CANCELLED') {
    const outcome = { state: 'expired', copy: copy.copy, at: now, emissions: [], error } as const;
    return (await services.deliveries.settle(key, owner, outcome)) === 'lost' ? LOST : ACKNOWLEDGE;
  }
  if (!error.retryable || tries >= qos.tries) return bury(delivery, key, owner, error, tries);
  const bounds = { first: milliseconds(qos.backoff.first), most: milliseconds(qos.backoff.most) };
  await services.deliveries.release(key, owner, error, now);
  const quick = services.guards?.retriesOf(envelope.channel, qos).take(now) ?? true;
  if (quick) return { kind: 'return', after: backoffDelay(tries, bounds, services.random()), why: error.message };
  services.log.warn('the retry budget is spent: the message waits for the longest backoff', {
    channel: envelope.channel,
    id: envelope.id,
  });
  // A wait between half of the longest backoff and all of it, so that held-back messages do not return at one moment.
  return { kind: 'return', after: Math.ceil(bounds.most * (0.5 + services.random() / 2)), why: error.message };
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
