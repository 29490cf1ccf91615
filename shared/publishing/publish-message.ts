import { bodyDigest, offloadPayloads } from '../domain/delivery/claim-check.js';
import { envelopeOf, type Intent } from '../domain/delivery/delivery.js';
import type { Lineage } from '../domain/delivery/lineage.js';
import { PLATFORM_WRITER, writerOfSource } from '../domain/wire/writers.js';
import { sourceOf, type Envelope, type PublisherKind } from '../domain/wire/envelope.js';
import { defined } from '../domain/base/defined.js';
import { LanewayError } from '../domain/base/errors.js';
import type { Rung } from '../domain/request/ladder.js';
import { derivedId, newId } from '../domain/base/ids.js';
import type { Waiter } from '../domain/request/pending.js';
import type { Ports } from '../domain/ports.js';
import type { MessageType } from '../message/message-type.js';
import { checkEnvelope, checkIds, checkTenant } from './check-attributes.js';
import { composeMessage, type PublishOptions } from './compose-message.js';
import { areOpen, chooseReceivers, type Composed } from './choose-receivers.js';
import { keepRate, type RateKeeping } from './keep-rate.js';
import { openOutgoing, sendOpened, SHORTEST_DEADLINE_MS, type Outgoing, type Senders } from './send-messages.js';
import type { Topology } from '../topology/topology.js';

/** Topology, name and ports of a publisher outside any handling: a client, an ingress, a function of the platform. */
export interface Publishing extends Pick<Ports, 'clock' | 'intents' | 'payloads'>, Partial<Pick<Ports, 'choices'>> {
  readonly topology: Topology;
  readonly kind: Exclude<PublisherKind, 'agent'>;
  readonly name: string;
  readonly senders: Senders;
  /** Means to keep rate limits; without them, as for functions of the platform, none is kept. */
  readonly rates?: RateKeeping;
}

/** Options of a message that is published outside any handling. @defaultValue of its lineage: the first of a new conversation */
export interface OutsideOptions extends PublishOptions, Partial<Lineage> {
  /** Id of the message: the same again is the same message. @defaultValue a new one */
  readonly id?: string;
  /** For a command: its request, when it is not a new one. For an event: the request whose outcome it tells. */
  readonly requestId?: string;
  /** For a request: the party that waits. @defaultValue a client */
  readonly waiter?: Waiter;
  /** For a request: its own ladder. @defaultValue that of the channel */
  readonly ladder?: readonly Rung[];
  /** True for a command that is handled until its deadline, for as long as a lane can keep it. */
  readonly lasting?: boolean;
  /** Message from which priority and deadline are inherited. */
  readonly parent?: Pick<Envelope, 'priority' | 'deadline' | 'requestid' | 'id'>;
  /**
   * Optional fields of the payload that are sent and never stored: credentials. A message that the sweeper sends again
   * lacks them, and so does a payload that travels by reference.
   */
  readonly unstored?: Readonly<Record<string, unknown>>;
  /** Signal that ends a wait for room within a rate limit when it aborts: nothing was stored then. */
  readonly signal?: AbortSignal | undefined;
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

/** One of several messages that were published together: the agent that it is for, and its ids. */
export interface Participant {
  /** Agent that it is for. */
  readonly agent: string;
  /** Id of the message. */
  readonly id: string;
  /** Id of the request, for a command that names a reply. */
  readonly requestId?: string;
}

/** Ids of what was published, with everybody whom it is for where each has a message of its own. */
export interface Published extends Receipt {
  /** Agents that each got a message of their own, in the order of their declaration; empty for a message to all subscribers. */
  readonly participants: readonly Participant[];
}

/** Time after recording an intent at which the sweeper looks whether the message arrived, and sends it again if it did not. */
export const INTENT_GRACE_MS = 120_000;

/**
 * Publishes one message from outside any handling: checks and stamps it, stores the intent with the expected receivers,
 * then sends it. A request of a workflow or of a compensation has its pending record written before the intent. When
 * that request has ended, or would end before it could be sent, no intent is stored. Delivered at least once under one
 * id. When the call throws after the intent was stored, the sweeper sends the message.
 *
 * An id that was published before stands for its first body. The same body again is the same message, and the publisher of
 * another one is told (a client) or sends the first again (the platform, whose repetitions may word a message anew).
 *
 * @throws the signal's reason when it aborts, and BusyError when a rate limit is reached: nothing was stored; LanewayError as `composeMessage`; INVALID_OPTION also for an attribute that receivers would refuse, and for an id of a
 * client that was published with another body; REFUSED when the bus refuses it for good; PUBLISH when it could not be sent yet
 * (it is in the ledger and will be)
 */
export async function publishMessage(
  publishing: Publishing,
  type: MessageType,
  data: unknown,
  options: OutsideOptions = {},
): Promise<Receipt> {
  const { participants: _each, ...receipt } = await publishMessages(publishing, type, data, options);
  return receipt;
}

/** {@link publishMessage}, which also says who got a message. */
export async function publishMessages(
  publishing: Publishing,
  type: MessageType,
  data: unknown,
  options: OutsideOptions = {},
): Promise<Published> {
  const { topology, clock } = publishing;
  const called = clock.now();
  const { id, causationId } = options;
  checkIds({ id, correlationId: options.correlationId, causationId, requestId: options.requestId });
  const source = sourceOf(topology.name, publishing.kind, publishing.name);
  const writer = writerOfSource(source) ?? PLATFORM_WRITER;
  const compose = (given: OutsideOptions, now: number) =>
    composeMessage(type, data, given, { ...given, topology, now, requester: writer });
  const asked = compose(options, called);
  const waited = await keepRates(asked, options, publishing);
  const now = waited ? clock.now() : called;
  // Its age begins when it is sent. A deadline that the call gives is the call's.
  const drafts = waited ? compose({ ...options, ...deadlineOf(options, asked) }, now) : asked;
  const composed = areOpen(drafts) ? await chooseReceivers(drafts, publishing.choices) : drafts;
  // A repetition without a conversation would otherwise be a message of another one, and be handled again.
  const fresh = () => (options.id === undefined ? newId() : derivedId('conversation', source, options.id));
  const { correlationId = fresh(), hops = 0, requestId, waiter = { kind: 'client' }, ladder } = options;
  const lineage: Lineage = { ...options, correlationId, hops };
  const emissions = await offloadPayloads(composed, { writer, correlationId }, publishing.payloads);
  const told = type.kind === 'event' && requestId !== undefined ? { requestid: requestId } : {};
  const climbing = ladder === undefined ? {} : { escalates: true };
  const made = emissions.map((emission) => ({
    envelope: { ...envelopeOf(emission, lineage, source), ...told, ...climbing },
    expected: emission.expected,
    waiter,
    ...defined({ ladder, choice: emission.choice }),
  }));
  for (const { envelope } of made) checkEnvelope(envelope);
  // A caller that died over a step or an undoing is run again. With an intent but no record, the sweeper would send the
  // command meanwhile, and its reply would find no waiter.
  const first = waiter.kind === 'workflow' || waiter.kind === 'saga';
  const early = first ? await openOutgoing(topology.model, made, publishing.senders, now) : undefined;
  const outgoing = first ? await asOpened(made, publishing.senders) : made;
  const trouble = early?.find((one) => typeof one === 'object');
  if (trouble) throw trouble;
  // A request that has ended, or will before it could be sent, has nothing to be sent later either.
  const intended = early ? outgoing.filter((_, index) => early[index] === true) : outgoing;
  const stands = await record(intended, now + INTENT_GRACE_MS, publishing);
  const valid = outgoing.map((one) => ({ ...one, ...stands.get(one.envelope.id) }));
  const opened = early ?? (await openOutgoing(topology.model, valid, publishing.senders, now));
  const sent = valid.map((one) => ({ ...one, envelope: withUnstored(one.envelope, options.unstored) }));
  const [refused] = await sendOpened(topology.model, sent, opened, publishing.senders);
  if (refused) throw refused.error;
  const envelope = outgoing[0]?.envelope;
  const participants = outgoing.flatMap(({ envelope: { id: message, receiver, requestid } }) =>
    receiver === undefined ? [] : [{ agent: receiver, id: message, ...defined({ requestId: requestid }) }],
  );
  return { id: envelope?.id ?? '', correlationId, ...defined({ requestId: envelope?.requestid }), participants };
}

/** Takes the place of messages within the limits of a client or an ingress. @returns true when it waited for it */
async function keepRates(
  drafts: readonly Composed[],
  { signal, tenant }: OutsideOptions,
  { clock, kind, name, rates, topology }: Publishing,
): Promise<boolean> {
  if (rates === undefined || (kind !== 'client' && kind !== 'ingress')) return false;
  const channels = drafts.map(({ channel }) => channel);
  // It is part of the key of a bucket.
  checkTenant(tenant);
  const left = Math.min(...drafts.map(lastStart)) - clock.now();
  return keepRate({ kind, name, channels, tenant, left, signal }, topology.model, rates);
}

/** Instant until which a message is worth sending, milliseconds since 1970. */
function lastStart({ deadline, expires, requestid }: Composed): number {
  const end = deadline === undefined ? Infinity : Date.parse(deadline);
  return Math.min(Date.parse(expires), requestid === undefined ? end : end - SHORTEST_DEADLINE_MS);
}

/** The deadline that a call gave, as an instant. */
function deadlineOf({ deadline }: OutsideOptions, [first]: readonly Composed[]): Pick<OutsideOptions, 'deadline'> {
  return deadline === undefined || first?.deadline === undefined ? {} : { deadline: new Date(first.deadline) };
}

/**
 * Messages for the agents that their requests were opened with: a step that is begun again may have chosen another one, and
 * the first choice stands.
 */
async function asOpened(made: readonly Outgoing[], { pending }: Senders): Promise<readonly Outgoing[]> {
  return Promise.all(
    made.map(async (one) => {
      const { requestid, receiver } = one.envelope;
      if (one.choice === undefined || requestid === undefined) return one;
      const opened = (await pending?.get(requestid))?.receiver ?? receiver;
      if (opened === undefined || opened === receiver) return one;
      const { choice: _other, ...rest } = one;
      return { ...rest, envelope: { ...one.envelope, receiver: opened }, expected: [opened] };
    }),
  );
}

/** True when two messages differ in their receiver at most, which was chosen for the second. */
function isChosenAnew(stands: Intent, intended: readonly Intent[]): boolean {
  const { receiver } = stands.envelope;
  const again = intended.find(({ envelope }) => envelope.id === stands.envelope.id);
  if (receiver === undefined || again?.choice === undefined) return false;
  return bodyDigest({ ...again.envelope, receiver }) === bodyDigest(stands.envelope);
}

/**
 * Records intents. @returns by id, those that stand from before with another body
 * @throws LanewayError INVALID_OPTION for one of a client
 */
async function record(
  intended: readonly Intent[],
  due: number,
  { intents, kind }: Publishing,
): Promise<ReadonlyMap<string, Intent>> {
  const others = (intended.length === 0 ? undefined : await intents.record(intended, due)) ?? [];
  const [first] = others.filter((other) => !isChosenAnew(other, intended));
  if (first && kind === 'client') {
    const { id, type, time } = first.envelope;
    throw new LanewayError('INVALID_OPTION', `the id '${id}' was published with another body (${type}, ${time})`, {
      help: [
        'allowed: the same type, payload, channel, receiver and subject under the same id; give another message another id',
      ],
    });
  }
  return new Map(others.map((intent) => [intent.envelope.id, intent]));
}

function withUnstored(envelope: Envelope, unstored: OutsideOptions['unstored']): Envelope {
  const { data } = envelope;
  if (unstored === undefined || typeof data !== 'object' || data === null) return envelope;
  return { ...envelope, data: { ...data, ...unstored } };
}
