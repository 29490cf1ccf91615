import type { Ports } from '../domain/ports.js';
import { referenceIn } from '../domain/delivery/claim-check.js';
import type { Envelope } from '../domain/wire/envelope.js';
import { defined } from '../domain/base/defined.js';
import { LanewayError } from '../domain/base/errors.js';
import { laneFor } from '../domain/base/priority.js';
import { firstAttemptEnd, type Climb, type Rung } from '../domain/request/ladder.js';
import type { PendingRecord, Waiter } from '../domain/request/pending.js';
import type { LaneMessage, LaneSender, SendResult } from '../domain/wire/message-bus.js';
import { orderOf, type Choice } from '../domain/selection/selection.js';
import { requestLineage } from '../domain/request/request-lineage.js';
import { armFirst } from '../domain/request/timer-queue.js';
import { lanesOfAgent } from '../topology/lanes-of.js';
import type { TopologyModel } from '../topology/model.js';

/**
 * Ports that messages are sent through. `pending` and `timers` are needed by publishers of requests, `lanes` for direct
 * channels.
 */
export type Senders = Pick<Ports, 'bus'> & Partial<Pick<Ports, 'lanes' | 'pending' | 'timers'>>;

/** An envelope with the agents that are to receive it. */
export interface Outgoing {
  readonly envelope: Envelope;
  readonly expected: readonly string[];
  /** For a request: the party that waits. */
  readonly waiter?: Waiter;
  /** For a request: its own ladder. @defaultValue that of the channel */
  readonly ladder?: readonly Rung[];
  /** Reason for its receiver, where that was chosen. */
  readonly choice?: Choice;
}

/** An outgoing message that was refused for good. */
export interface RefusedMessage {
  readonly envelope: Envelope;
  readonly error: LanewayError;
}

/**
 * Least time to its deadline, milliseconds, with which a client's or a workflow's request is sent. A request with less
 * time would be answered too late; it is left to time out.
 */
export const SHORTEST_DEADLINE_MS = 5_000;

/**
 * Sends messages: for a request first its timer, then its pending record, then the command; others at once. Sending the
 * same messages again is harmless. Messages of one call have no order among each other.
 *
 * @returns those that the bus refused for good, and requests that can never be made
 * @throws LanewayError PUBLISH or UNAVAILABLE, retryable, when some could not be sent yet; all others have been
 */
export async function sendMessages(
  model: TopologyModel,
  outgoing: readonly Outgoing[],
  senders: Senders,
  now: number,
): Promise<RefusedMessage[]> {
  return sendOpened(model, outgoing, await openOutgoing(model, outgoing, senders, now), senders);
}

/** Time after which a request that no agent can take goes to a person, milliseconds: timers count whole seconds. */
const AT_ONCE_MS = 1_000;

/** Result of opening a request: true when the message is to be sent, false when it is not, or the error. */
type Opened = boolean | LanewayError;

/** Timers and pending records of those messages that are requests: the first half of {@link sendMessages}. */
export function openOutgoing(
  model: TopologyModel,
  outgoing: readonly Outgoing[],
  senders: Senders,
  now: number,
): Promise<Opened[]> {
  return Promise.all(outgoing.map((message) => tryToOpen(model, message, senders, now)));
}

/** The second half of {@link sendMessages}. */
export async function sendOpened(
  model: TopologyModel,
  outgoing: readonly Outgoing[],
  opened: readonly Opened[],
  senders: Senders,
): Promise<RefusedMessage[]> {
  // A request that cannot be made holds no other message back. All others are sent first; then a refused one is
  // returned, or one that can be repeated is thrown.
  const sent = await deliverMessages(
    model,
    // What a person is to have goes to no agent.
    outgoing.filter(({ choice }, index) => opened[index] === true && choice?.nobody !== 'person'),
    senders,
  );
  const troubles = outgoing.flatMap(({ envelope }, index) => {
    const error = opened[index];
    return error instanceof LanewayError ? [{ envelope, error }] : [];
  });
  const passing = troubles.find(({ error }) => error.retryable);
  if (passing) throw passing.error;
  return [...troubles, ...sent];
}

/** Sends messages whose requests are open already; otherwise like {@link sendMessages}. @throws LanewayError PUBLISH */
export async function deliverMessages(
  model: TopologyModel,
  ready: readonly Outgoing[],
  senders: Senders,
): Promise<RefusedMessage[]> {
  const direct = ready.filter((message) => isDirect(model, message.envelope));
  const bus = ready.filter((message) => !isDirect(model, message.envelope));
  const [busResults, laneResults] = await Promise.all([
    bus.length === 0 ? [] : senders.bus.publish(bus.map((message) => message.envelope)),
    sendDirect(model, direct, senders.lanes),
  ]);
  const results: { envelope: Envelope; result: SendResult }[] = [
    ...bus.map((message, index) => ({ envelope: message.envelope, result: busResults[index] ?? UNKNOWN })),
    ...laneResults,
  ];
  const failed = results.filter(({ result }) => !result.ok && result.retryable);
  const refused = results.flatMap(({ envelope, result }) =>
    result.ok || result.retryable
      ? []
      : [
          {
            envelope,
            error: new LanewayError('REFUSED', `${envelope.type} was refused: ${result.code}: ${result.message}`, {
              retryable: false,
            }),
          },
        ],
  );
  if (failed.length > 0) {
    const first = failed[0]?.result;
    const why = first && !first.ok ? `${first.code}: ${first.message}` : 'unknown';
    throw new LanewayError('PUBLISH', `${failed.length} of ${results.length} messages could not be sent (${why})`, {
      help: [
        'it is retried: redelivery or the sweeper sends the same messages again',
        ...(failed.some(({ result }) => !result.ok && result.denied === true)
          ? [
              "the sender lacks a permission: grant it (the construct's grant methods), or wait until a new grant is known",
            ]
          : []),
      ],
    });
  }
  return refused;
}

const UNKNOWN: SendResult = { ok: false, retryable: true, code: 'NO_RESULT', message: 'the bus gave no result' };

/** {@link openRequest} with a LanewayError returned in place of thrown. */
async function tryToOpen(
  model: TopologyModel,
  message: Outgoing,
  senders: Senders,
  now: number,
): Promise<boolean | LanewayError> {
  try {
    return await openRequest(model, message, senders, now);
  } catch (error) {
    if (error instanceof LanewayError) return error;
    throw error;
  }
}

/** True when the message is to be sent; false for a request from outside any handling that is too late or answered. */
async function openRequest(model: TopologyModel, message: Outgoing, senders: Senders, now: number): Promise<boolean> {
  const { envelope } = message;
  const reply = model.types[envelope.type]?.reply;
  if (envelope.requestid === undefined || reply === undefined) return true;
  const { pending, timers } = senders;
  if (!pending || !timers || !message.waiter) {
    throw new LanewayError(
      'CONFIGURATION',
      `${envelope.source} makes the request ${envelope.type} but has no pending store`,
      {
        help: [
          'declare the command in its `publishes`: the infrastructure then grants the pending table and the timers',
        ],
      },
    );
  }
  const until = envelope.deadline ?? envelope.expires;
  const { deadline, ...escalating } = firstAttempt(model, message, until);
  // A timer without a record gives up after minutes; a record without a timer would wait for the sweeper.
  const armed = await armFirst(timers, { requestId: envelope.requestid, at: Date.parse(deadline) }, now);
  const opened = await pending.open({
    requestId: envelope.requestid,
    ...requestLineage(envelope),
    messageId: envelope.id,
    type: envelope.type,
    replyType: reply,
    ...defined({ receiver: envelope.receiver }),
    channel: envelope.channel,
    deadline,
    ...armed,
    ...escalating,
    attempt: envelope.attempt,
    waiter: message.waiter,
  });
  // The ledger expects every message of an outcome, and no intent stands for it: only its receiver can settle it, as
  // completed, as a duplicate or, after the deadline, as expired. So it is sent whatever became of the request.
  if (message.waiter.kind === 'agent') return true;
  return opened !== 'closed' && Date.parse(deadline) - now > SHORTEST_DEADLINE_MS;
}

/** End of the first attempt, and the place of the request on its ladder then. */
function firstAttempt(
  model: TopologyModel,
  { envelope, ladder, choice }: Outgoing,
  until: string,
): Pick<PendingRecord, 'deadline' | 'bound' | 'climb'> {
  const { escalation, extension = 0 } = model.channels[envelope.channel] ?? {};
  const bound = new Date(Date.parse(until) + extension).toISOString();
  const { receiver, channel, dataschema, data, priority, subject, actor, path } = envelope;
  const rungs = ladder ?? escalation;
  const person = choice?.nobody === 'person' ? personOf(rungs, envelope) : undefined;
  if (!rungs) return extension === 0 ? { deadline: until } : { deadline: until, bound };
  // From the envelope alone, so that sending it again gives the same.
  const begun = Date.parse(envelope.time);
  const end = person === undefined ? firstAttemptEnd(rungs, begun, Date.parse(until)) : begun + AT_ONCE_MS;
  const climb: Climb = {
    ...defined({ ladder, receiver, order: choice && orderOf(receiver, choice) }),
    ...{ channel, until, rung: person ?? -1, used: 0, phase: 'asked', on: channel, time: end - begun },
    tried: receiver === undefined ? [] : [receiver],
    command: {
      ...{ dataschema, priority },
      ...(envelope.dataref === undefined ? { data } : referenceIn(envelope)),
      ...defined({ subject, actor, path }),
    },
  };
  return { deadline: new Date(end).toISOString(), bound, climb };
}

/** Index of the rung that asks a person. @throws LanewayError NOBODY_AVAILABLE for a ladder that has none */
function personOf(rungs: readonly Rung[] = [], { type, channel }: Envelope): number {
  const index = rungs.findIndex(({ kind }) => kind === 'person');
  if (index >= 0) return index;
  throw new LanewayError('NOBODY_AVAILABLE', `nobody on '${channel}' can take ${type}, and its ladder asks no person`, {
    retryable: false,
    help: ["the step has a ladder of its own, which replaces the channel's: add { person: '1 day' } to its fallback"],
  });
}

function isDirect(model: TopologyModel, envelope: Envelope): boolean {
  return model.channels[envelope.channel]?.qos.delivery === 'direct';
}

async function sendDirect(
  model: TopologyModel,
  messages: readonly Outgoing[],
  lanes: LaneSender | undefined,
): Promise<{ envelope: Envelope; result: SendResult }[]> {
  if (messages.length === 0) return [];
  if (!lanes) throw new LanewayError('CONFIGURATION', 'a direct channel is used, but no lanes are known to send to');
  const entries: LaneMessage[] = messages.flatMap(({ envelope, expected }) =>
    expected.map((receiver) => ({
      receiver,
      lane: laneFor(envelope.priority, lanesOfAgent(model, receiver).direct) ?? envelope.priority,
      envelope,
    })),
  );
  const results = await lanes.send(entries);
  return entries.map((entry, index) => ({ envelope: entry.envelope, result: results[index] ?? UNKNOWN }));
}
