import type { Envelope } from '../domain/envelope.js';
import { LanewayError } from '../domain/errors.js';
import { laneFor } from '../domain/priority.js';
import type { Waiter } from '../domain/pending.js';
import type { LaneMessage, LaneSender, MessageBus, PendingStore, SendResult, TimerQueue } from '../domain/ports.js';
import type { TopologyModel } from './model.js';

/** What it takes to send; `pending` and `timers` only for those who make requests, `lanes` for direct channels. */
export interface Senders {
  readonly bus: MessageBus;
  readonly lanes?: LaneSender;
  readonly pending?: PendingStore;
  readonly timers?: TimerQueue;
}

/** An envelope with the agents that are to receive it. */
export interface Outgoing {
  readonly envelope: Envelope;
  readonly expected: readonly string[];
  /** For a request: who waits. */
  readonly waiter?: Waiter;
}

/** An outgoing message that was refused for good. */
export interface RefusedMessage {
  readonly envelope: Envelope;
  readonly error: LanewayError;
}

/**
 * A request from outside any handling whose deadline is nearer than this is not sent: it is left to time out
 * (architecture §3.6).
 */
export const SHORTEST_DEADLINE_MS = 5_000;

/**
 * Sends messages: for a request first its timer, then its pending record, then the command; others at once. Sending the
 * same messages again is harmless. Messages of one call have no order among each other.
 *
 * @returns those that the bus refused for good
 * @throws LanewayError PUBLISH, retryable, when some could not be sent yet; all others have been
 */
export async function sendMessages(
  model: TopologyModel,
  outgoing: readonly Outgoing[],
  senders: Senders,
  now: number,
): Promise<RefusedMessage[]> {
  const open = await Promise.all(outgoing.map((message) => openRequest(model, message, senders, now)));
  const ready = outgoing.filter((_, index) => open[index]);
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
      help: ['it is retried: redelivery or the reconciler sends the same messages again'],
    });
  }
  return refused;
}

const UNKNOWN: SendResult = { ok: false, retryable: true, code: 'NO_RESULT', message: 'the bus gave no result' };

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
  const deadline = envelope.deadline ?? envelope.expires;
  // A timer without a record gives up after minutes; a record without a timer would wait for the sweeper.
  await timers.set({ requestId: envelope.requestid, at: Date.parse(deadline), hop: 0 }, now);
  const opened = await pending.open({
    requestId: envelope.requestid,
    correlationId: envelope.correlationid,
    messageId: envelope.id,
    type: envelope.type,
    replyType: reply,
    deadline,
    attempt: envelope.attempt,
    waiter: message.waiter,
    hops: envelope.hops,
    ...(envelope.tenant === undefined ? {} : { tenant: envelope.tenant }),
    ...(envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent }),
  });
  // What an outcome stores is expected by the ledger and has no intent that is looked at again: only its receiver can
  // settle it, as completed, as a duplicate or, after the deadline, as expired. So it is sent whatever became of the request.
  if (message.waiter.kind === 'agent') return true;
  return opened !== 'closed' && Date.parse(deadline) - now > SHORTEST_DEADLINE_MS;
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
      lane: laneFor(envelope.priority, model.agents[receiver]?.lanes ?? []) ?? envelope.priority,
      envelope,
    })),
  );
  const results = await lanes.send(entries);
  return entries.map((entry, index) => ({ envelope: entry.envelope, result: results[index] ?? UNKNOWN }));
}
