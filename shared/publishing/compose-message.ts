import { milliseconds, type Duration } from '../domain/base/duration.js';
import type { Emission } from '../domain/delivery/delivery.js';
import type { OpenChoice } from '../domain/selection/selection.js';
import { schemaUri, type Envelope } from '../domain/wire/envelope.js';
import { LanewayError, unknownName } from '../domain/base/errors.js';
import { checkLife, longestExpiry } from '../domain/delivery/lane-retention.js';
import { derivedId, newId } from '../domain/base/ids.js';
import { requestIdOf } from '../domain/request/requester.js';
import { firstAttemptEnd, type Rung } from '../domain/request/ladder.js';
import { laneFor, type Priority } from '../domain/base/priority.js';
import { encodeData, isSameType, type MessageType } from '../message/message-type.js';
import { carriersOf, isEach, type Addressee } from '../topology/addressing.js';
import type { ChannelModel, TopologyModel } from '../topology/model.js';
import type { Topology } from '../topology/topology.js';
import { checkEach } from './check-each.js';
import { checkAhead, checkSubject } from './check-attributes.js';
import { meantOf, openChoice, type Composed } from './choose-receivers.js';

/** Options of every `publish`. `Capability` is the union of the capabilities of the topology. */
export interface PublishOptions<Capability extends string = string> {
  /**
   * Priority of the message. @defaultValue that of the message being handled, else `normal`; brought to one that the
   * channel uses
   */
  readonly priority?: Priority;
  /**
   * Receivers: an agent by its id; by capabilities (one, all or any of a list) or role all that fit (an event) or the
   * one that the channel's `selection` chooses of those that fit (a command); `'everyone'`, all subscribers; `{ all: ... }` each of
   * several, with a message of its own, which makes a command one request for each.
   * @defaultValue every subscriber for an event, the one that `selection` chooses for a command
   */
  readonly to?: Addressee<Capability>;
  /** Channel on which the message is published. @defaultValue the only carrier of the type, or the one marked `default` */
  readonly channel?: string;
  /** Age from which the message is no longer handled, at most 366 days. @defaultValue the channel's */
  readonly expires?: Duration;
  /**
   * Deadline of a request: an instant, or a duration from now; at most 366 days ahead. @defaultValue that of the message being
   * handled, else `defaults.requestTimeout` of the topology, else its expiry
   */
  readonly deadline?: Date | Duration;
  /** Thing that the message is about (CloudEvents `subject`), 1 to 1,024 characters. */
  readonly subject?: string;
}

/** Publisher, parent message and instant from which a message is composed. */
export interface Composition {
  readonly topology: Topology;
  /** Agent that publishes, which does not receive its own events. */
  readonly sender?: string;
  /** Writer in the ledger that makes requests; their ids begin with it. @defaultValue the platform, whose ids name nobody */
  readonly requester?: string;
  /** Message being handled, from which priority and deadline are inherited. */
  readonly parent?: Pick<Envelope, 'priority' | 'deadline' | 'requestid' | 'id'>;
  /** Present instant, milliseconds since 1970. */
  readonly now: number;
  /** Id of the request, for a command that is a later attempt of it. */
  readonly requestId?: string;
  /** Number of the attempt. @defaultValue 1 */
  readonly attempt?: number;
  /** Id of the message, when a repetition must not make another one. */
  readonly id?: string;
  /** For a request: its own ladder. @defaultValue that of the channel */
  readonly ladder?: readonly Rung[];
  /** True for a command that is handled until its deadline, for as long as a lane can keep it. @defaultValue until its channel's expiry */
  readonly lasting?: boolean;
}

/**
 * Checks a payload and its addressing against the topology and stamps one message for each receiver (one in all when it
 * goes to every subscriber). A command on a channel that selects has its receiver still to be chosen
 * (`chooseReceivers`), as that takes more than the topology.
 *
 * @throws LanewayError SCHEMA, UNKNOWN_TYPE, UNKNOWN_CHANNEL, UNKNOWN_RECEIVER, UNKNOWN_CAPABILITY, NOT_CARRIED, AMBIGUOUS_CHANNEL,
 * INVALID_OPTION, REQUEST_TIMED_OUT (a command's deadline, or the one given, is not ahead)
 */
export function composeMessage(
  type: MessageType,
  data: unknown,
  options: PublishOptions,
  composition: Composition,
): Composed[] {
  const { topology, parent, now } = composition;
  const model = topology.model;
  if (!isSameType(topology.types.get(type.name), type)) {
    throw unknownName(
      'UNKNOWN_TYPE',
      `${type.name} is no message type of '${model.name}'`,
      type.name,
      Object.keys(model.types),
      model.name,
    );
  }
  checkSubject(options.subject);
  const payload = encodeData(type, data);
  const channel = channelFor(model, type, options.channel);
  const priority = priorityFor(channel, options.priority, parent?.priority);
  const age = expiryFor(options.expires, channel, now);
  const reply = type.kind === 'command' ? type.reply : undefined;
  const deadline = deadlineFor(
    type,
    { given: options.deadline, inherited: parent?.deadline, fallback: reply && requestEnd(model, age, now) },
    now,
  );
  // An attempt that no agent has begun when its time is over is not begun any more: by then another one is on its way.
  const ladder = reply && (composition.ladder ?? channel.escalation);
  const lasts = composition.lasting === true ? Math.max(age, now + longestExpiry(channel.qos.backoff)) : age;
  const expires = ladder && deadline !== undefined ? Math.min(lasts, firstAttemptEnd(ladder, now, deadline)) : lasts;
  if (isEach(options.to)) checkEach(type, options.to, channel, composition);
  const receivers = receiversFor(type, channel, options.to, composition);
  const firstId = composition.id ?? newId();
  const common = {
    type: type.name,
    dataschema: schemaUri(type.name, type.version),
    channel: channel.name,
    priority,
    time: new Date(now).toISOString(),
    expires: new Date(expires).toISOString(),
    data: payload,
    ...(deadline === undefined ? {} : { deadline: new Date(deadline).toISOString() }),
    ...(options.subject === undefined ? {} : { subject: options.subject }),
    ...(composition.attempt === undefined || composition.attempt === 1 ? {} : { attempt: composition.attempt }),
  };
  const { choose } = receivers;
  if (choose) return [{ id: firstId, ...common, ...requestOf(type, firstId, composition), expected: [], choose }];
  if (receivers.addressed.length === 0)
    return [{ id: firstId, ...common, ...requestOf(type, firstId, composition), expected: receivers.subscribers }];
  return receivers.addressed.map((receiver, index) => {
    const id = index === 0 ? firstId : derivedId(firstId, receiver);
    return { id, ...common, ...requestOf(type, id, composition), receiver, expected: [receiver] };
  });
}

/**
 * The reply to a command: its event, on that event's channel, to every subscriber, carrying the request id.
 * @throws LanewayError SCHEMA and those of {@link composeMessage}
 */
export function composeReply(
  reply: MessageType,
  data: unknown,
  options: PublishOptions,
  composition: Composition,
): Emission {
  const [emission] = composeMessage(reply, data, options, composition);
  if (!emission) throw new LanewayError('HANDLER_RESULT', `no message came of the reply ${reply.name}`);
  return composition.parent?.requestid === undefined
    ? emission
    : { ...emission, requestid: composition.parent.requestid };
}

function requestOf(type: MessageType, id: string, composition: Composition): { requestid?: string; replyto?: string } {
  if (type.kind !== 'command' || !type.reply) return {};
  return { requestid: composition.requestId ?? requestIdOf(composition.requester, id), replyto: type.reply.name };
}

function channelFor(model: TopologyModel, type: MessageType, given: string | undefined): ChannelModel {
  if (given !== undefined) {
    const channel = model.channels[given];
    if (!channel)
      throw unknownName(
        'UNKNOWN_CHANNEL',
        `${type.name} is published on '${given}'`,
        given,
        Object.keys(model.channels),
        model.name,
      );
    if (!channel.carries.includes(type.name)) {
      throw new LanewayError('NOT_CARRIED', `channel '${given}' does not carry ${type.name}`, {
        help: [`it carries: ${channel.carries.join(', ')}`],
      });
    }
    return channel;
  }
  const { carriers, only } = carriersOf(model, type.name);
  if (only) return only;
  if (carriers.length === 0)
    throw new LanewayError('NOT_CARRIED', `no channel carries ${type.name}`, {
      help: [`add it to the 'carries' of a channel of '${model.name}'`],
    });
  throw new LanewayError(
    'AMBIGUOUS_CHANNEL',
    `${type.name} is carried by ${carriers.map((channel) => channel.name).join(', ')}`,
    {
      help: ["name one: { channel: '...' }, or mark one 'default: true' in the topology"],
    },
  );
}

function priorityFor(channel: ChannelModel, given: Priority | undefined, inherited: Priority | undefined): Priority {
  const uses = channel.qos.priorities;
  if (given !== undefined && !uses.includes(given)) {
    throw new LanewayError('INVALID_OPTION', `channel '${channel.name}' has no priority '${given}'`, {
      help: [`it uses: ${uses.join(', ')}`],
    });
  }
  return given ?? laneFor(inherited ?? 'normal', uses) ?? 'normal';
}

function expiryFor(given: Duration | undefined, channel: ChannelModel, now: number): number {
  if (given !== undefined) checkLife({ ...channel.qos, expires: given }, `a message on '${channel.name}'`);
  return given === undefined
    ? now + milliseconds(channel.qos.expires)
    : checkAhead('expires', given, now + milliseconds(given), now);
}

function instantOf(deadline: Date | Duration, now: number): number {
  const at = deadline instanceof Date ? deadline.getTime() : now + milliseconds(deadline);
  return checkAhead('deadline', deadline, at, now);
}

/** Deadline of a request whose call gives none: the topology's own time for requests, and never beyond the age of its command. */
function requestEnd({ requestTimeout }: TopologyModel, age: number, now: number): number {
  return requestTimeout === undefined ? age : Math.min(age, now + milliseconds(requestTimeout));
}

/** Deadlines that a message may have: the one of its options, that of the message being handled, and the end of its age. */
interface Deadlines {
  readonly given: Date | Duration | undefined;
  readonly inherited: string | undefined;
  readonly fallback: number | undefined;
}

function deadlineFor(type: MessageType, { given, inherited, fallback }: Deadlines, now: number): number | undefined {
  const own = given === undefined ? fallback : instantOf(given, now);
  const bound = inherited === undefined ? undefined : Date.parse(inherited);
  const deadline = own === undefined ? bound : bound === undefined ? own : Math.min(own, bound);
  // An event tells of the past, and a reply may come late: only a message that still asks for something needs time for
  // it.
  const needsTime = type.kind === 'command' || given !== undefined;
  if (needsTime && deadline !== undefined && deadline <= now) {
    throw new LanewayError(
      'REQUEST_TIMED_OUT',
      `${type.name}: the deadline ${new Date(deadline).toISOString()} has passed`,
      {
        help: ['a deadline is inherited from the message being handled and cannot be later than that'],
      },
    );
  }
  return deadline;
}

function receiversFor(
  type: MessageType,
  channel: ChannelModel,
  to: Addressee | undefined,
  { topology: { model }, sender }: Composition,
): { addressed: readonly string[]; subscribers: readonly string[]; choose?: OpenChoice } {
  const others = channel.subscribers.filter((agent) => agent !== sender);
  if (type.kind === 'event' && (to === undefined || to === 'everyone')) return { addressed: [], subscribers: others };
  if (to === 'everyone') {
    throw new LanewayError('INVALID_OPTION', `the command ${type.name} is addressed to everyone`, {
      help: [
        'a command goes to exactly one agent: leave `to` out, or name an agent, a capability or a role; or publish an event',
      ],
    });
  }
  const matching = meantOf(others, to, model);
  if (matching.length === 0) {
    const wanted = to === undefined ? 'any subscriber' : JSON.stringify(to);
    if (typeof to === 'string') {
      throw unknownName(
        'UNKNOWN_RECEIVER',
        `${type.name} on '${channel.name}' is addressed to '${to}'`,
        to,
        others,
        model.name,
      );
    }
    throw new LanewayError(
      'UNKNOWN_RECEIVER',
      `${type.name} on '${channel.name}' is addressed to ${wanted}, and nobody fits`,
      {
        help: [`subscribers: ${others.join(', ') || '(none)'}`],
      },
    );
  }
  if (type.kind === 'event' || isEach(to)) return { addressed: matching, subscribers: [] };
  const choose = openChoice(channel, matching, to, model);
  return choose ? { addressed: [], subscribers: [], choose } : { addressed: matching.slice(0, 1), subscribers: [] };
}
