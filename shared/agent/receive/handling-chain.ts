import { backoffDelay } from '../../domain/backoff.js';
import { payloadOf } from '../../domain/claim-check.js';
import { reasonOf, type DeadLetter, type DeadLetterReason } from '../../domain/dead-letter.js';
import { factsOf, isSettled, type DeliveryKey, type DeliveryRecord } from '../../domain/delivery.js';
import { milliseconds } from '../../domain/duration.js';
import { sourceOf, type Envelope } from '../../domain/envelope.js';
import { LanewayError, summarizeError, type ErrorSummary } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { decodeData, type MessageType } from '../../message/message-type.js';
import type { TopologyModel } from '../../topology/model.js';
import type { BoundAgent } from '../create-agent.js';
import { checkAgainstTopology, decodeCopy, type Decoded } from './decode-copy.js';
import { sendEmissions, storeEmissions } from './emissions.js';
import { runHandler } from './run-handler.js';
import { ACKNOWLEDGE, type ReceivedCopy, type Services, type Verdict } from './services.js';

/** How long a copy stays away when a store or the bus failed. */
const TROUBLE_MS = 5_000;

/** Not acknowledged: whoever has the lease may have it by this very copy, received again. */
const LOST: Verdict = { kind: 'return', after: 1_000, why: 'the lease was lost before the outcome was written' };

/** One copy on its way through the chain. */
interface Passage {
  readonly bound: BoundAgent;
  readonly services: Services;
  readonly copy: ReceivedCopy;
  /** Whether nothing else runs beside it. */
  readonly alone: boolean;
  /** When the process may be ended, milliseconds since 1970. */
  readonly end: number;
}

/**
 * The way of one copy through an agent, in this order: decode → own message? → source, type and channel against the
 * topology → expired? → hop limit → payload → lease → handler → outcome → emissions. Whatever happens, the answer is a
 * verdict: nothing is thrown, and nothing is acknowledged that has no outcome or dead letter.
 */
export async function handleCopy(passage: Passage): Promise<Verdict> {
  try {
    return await pass(passage);
  } catch (error) {
    // A store or the bus failed. The copy comes again, with its outcome (if it was written) in the ledger.
    passage.services.log.error('the message goes back to its lane', {
      copy: passage.copy.copy,
      error: summarizeError(error).message,
    });
    return { kind: 'return', after: TROUBLE_MS, why: summarizeError(error).message };
  }
}

async function pass(passage: Passage): Promise<Verdict> {
  const { bound, services, copy } = passage;
  const { agent } = bound;
  const model = agent.topology.model;
  let decoded;
  try {
    decoded = decodeCopy(copy.body);
  } catch (error) {
    await services.deadLetters.send(letterOf(passage, summarizeError(error), 1));
    return ACKNOWLEDGE;
  }
  const { envelope } = decoded;
  if (isOwn(decoded, model, agent.id)) return ACKNOWLEDGE;
  const key: DeliveryKey = { correlationId: envelope.correlationid, messageId: envelope.id, receiver: agent.id };
  const now = services.clock.now();
  let type: MessageType | undefined;
  let data: unknown;
  try {
    checkAgainstTopology(decoded, model, agent.id);
    if (lastUse(envelope, model) <= now) return await expire(passage, envelope, key);
    if (envelope.hops >= model.hopLimit) {
      throw new LanewayError('HOP_LIMIT', `${envelope.hops} messages led to this one`, {
        help: [`allowed by '${model.name}': ${model.hopLimit} (hopLimit)`],
      });
    }
    type = agent.topology.types.get(envelope.type);
    if (!type) throw new LanewayError('UNKNOWN_TYPE', `'${model.name}' has no message type ${envelope.type}`);
    data = decodeData(type, await payloadOf(envelope, services.payloads), envelope.dataschema);
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    return await refuse(passage, envelope, key, summary);
  }
  return handle(passage, envelope, key, type, data);
}

async function handle(
  passage: Passage,
  envelope: Envelope,
  key: DeliveryKey,
  type: MessageType,
  data: unknown,
): Promise<Verdict> {
  const { bound, services, copy, end } = passage;
  const { agent } = bound;
  const model = agent.topology.model;
  const qos = model.channels[envelope.channel]?.qos;
  if (!qos) throw new LanewayError('UNKNOWN_CHANNEL', envelope.channel);
  const owner = newId();
  const now = services.clock.now();
  const lease = await services.deliveries.lease(key, factsOf(envelope), {
    owner,
    now,
    until: Math.max(end, now + 1_000),
    alone: passage.alone,
  });
  if (lease.kind === 'suspect') return { kind: 'suspect' };
  if (lease.kind === 'busy')
    return { kind: 'return', after: Math.max(1_000, lease.until - now), why: 'somebody else works on it' };
  if (lease.kind === 'settled') return resend(passage, envelope, lease.record);
  if (lease.tries > qos.tries) {
    const error = summarizeError(
      new LanewayError('CRASHED', `the process ended while it handled ${envelope.type}, ${qos.tries} times`, {
        retryable: false,
      }),
    );
    return bury(passage, key, owner, error, qos.tries);
  }
  let stored;
  try {
    const emissions = await runHandler({ bound, services, envelope, type, data, key, owner, tries: lease.tries, end });
    stored = await storeEmissions(emissions, key, owner, services.payloads);
  } catch (cause) {
    const error = summarizeError(cause);
    services.log.warn('the handler failed', {
      type: envelope.type,
      id: envelope.id,
      correlation: envelope.correlationid,
      tries: lease.tries,
      error: error.message,
    });
    if (!error.retryable || lease.tries >= qos.tries) return bury(passage, key, owner, error, lease.tries);
    const bounds = { first: milliseconds(qos.backoff.first), most: milliseconds(qos.backoff.most) };
    await services.deliveries.release(key, owner, error, services.clock.now());
    return { kind: 'return', after: backoffDelay(lease.tries, bounds, services.random()), why: error.message };
  }
  const written = await services.deliveries.settle(key, owner, {
    state: 'completed',
    copy: copy.copy,
    at: services.clock.now(),
    ...stored,
  });
  if (written === 'lost') return LOST;
  await sendEmissions(stored, envelope, agent.id, model, services, copy.copy);
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

/** An agent's own event, which it does not receive. What only claims to be that is held against the topology like any other. */
function isOwn({ envelope, vouched }: Decoded, model: TopologyModel, agent: string): boolean {
  if (envelope.source !== sourceOf(model.name, 'agent', agent) || envelope.receiver !== undefined) return false;
  // An agent's own event comes back by the bus alone, which vouches for it: a direct channel sends to the others only.
  return vouched?.source === envelope.source && vouched.type === envelope.type;
}

/** A command is of no use after its deadline: whoever waited has been told that it timed out. */
function lastUse(envelope: Envelope, model: TopologyModel): number {
  const expires = Date.parse(envelope.expires);
  const isCommand = model.types[envelope.type]?.kind === 'command';
  return isCommand && envelope.deadline !== undefined ? Math.min(expires, Date.parse(envelope.deadline)) : expires;
}

/** A delivery with an outcome: the copy that wrote it sends its emissions again, any other is a duplicate. */
async function resend(passage: Passage, envelope: Envelope, record: DeliveryRecord): Promise<Verdict> {
  const { bound, services, copy } = passage;
  if (record.copy === copy.copy)
    await sendEmissions(record, envelope, bound.agent.id, bound.agent.topology.model, services, copy.copy);
  return ACKNOWLEDGE;
}

/** What stands already: its verdict, or undefined when the delivery is still free to be settled. */
async function standing(passage: Passage, envelope: Envelope, key: DeliveryKey): Promise<Verdict | undefined> {
  const record = await passage.services.deliveries.get(key);
  if (!record) return undefined;
  if (isSettled(record.state)) return resend(passage, envelope, record);
  const until = record.state === 'leased' && record.leasedUntil !== undefined ? Date.parse(record.leasedUntil) : 0;
  const left = until - passage.services.clock.now();
  return left > 0 ? { kind: 'return', after: left, why: 'somebody else works on it' } : undefined;
}

async function expire(passage: Passage, envelope: Envelope, key: DeliveryKey): Promise<Verdict> {
  const { bound, services, copy } = passage;
  const settled = await standing(passage, envelope, key);
  if (settled) return settled;
  const channel = bound.agent.topology.model.channels[envelope.channel];
  const error = summarizeError(
    new LanewayError(
      'EXPIRED',
      `${envelope.type} expired at ${new Date(lastUse(envelope, bound.agent.topology.model)).toISOString()}`,
    ),
  );
  if (channel?.qos.onExpiry === 'dead-letter') return refuse(passage, envelope, key, error);
  const written = await services.deliveries.settleUnleased(key, factsOf(envelope), {
    state: 'expired',
    copy: copy.copy,
    at: services.clock.now(),
    emissions: [],
    error,
  });
  if (written !== 'stored' && !isSettled(written.state)) return LOST;
  services.log.info('the message expired before it was handled', {
    type: envelope.type,
    id: envelope.id,
    correlation: envelope.correlationid,
  });
  return ACKNOWLEDGE;
}

/** Dead-letters a message that was not leased. */
async function refuse(passage: Passage, envelope: Envelope, key: DeliveryKey, error: ErrorSummary): Promise<Verdict> {
  const { services, copy } = passage;
  const settled = await standing(passage, envelope, key);
  if (settled) return settled;
  await services.deadLetters.send(letterOf(passage, error, 1));
  const written = await services.deliveries.settleUnleased(key, factsOf(envelope), {
    state: 'dead-lettered',
    copy: copy.copy,
    at: services.clock.now(),
    emissions: [],
    error,
  });
  return written !== 'stored' && !isSettled(written.state) ? LOST : ACKNOWLEDGE;
}

/** Dead-letters a leased message: the letter first, so that a crash in between leaves a letter too many, never none. */
async function bury(
  passage: Passage,
  key: DeliveryKey,
  owner: string,
  error: ErrorSummary,
  tries: number,
): Promise<Verdict> {
  const { services, copy } = passage;
  // A letter ends the request of a command: none is written for what somebody else has taken over meanwhile.
  if ((await services.deliveries.get(key))?.owner !== owner) return LOST;
  await services.deadLetters.send(letterOf(passage, error, tries));
  const written = await services.deliveries.settle(key, owner, {
    state: 'dead-lettered',
    copy: copy.copy,
    at: services.clock.now(),
    emissions: [],
    error,
  });
  return written === 'lost' ? LOST : ACKNOWLEDGE;
}

function letterOf(passage: Passage, error: ErrorSummary, tries: number): DeadLetter {
  const reason: DeadLetterReason = reasonOf(error);
  return {
    laneway: 'dead-letter',
    receiver: passage.bound.agent.id,
    copy: passage.copy.copy,
    reason,
    error,
    tries,
    at: new Date(passage.services.clock.now()).toISOString(),
    body: passage.copy.body,
  };
}
