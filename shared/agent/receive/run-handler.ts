import { withoutPayload } from '../../domain/delivery/claim-check.js';
import { milliseconds } from '../../domain/base/duration.js';
import type { Emission } from '../../domain/delivery/delivery.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import type { MessageType } from '../../message/message-type.js';
import { isOfEmergency } from '../../message/emergency-messages.js';
import { isSystemChannel, MessageAcknowledged } from '../../message/system-messages.js';
import { composeMessage, composeReply, type Composition } from '../../publishing/compose-message.js';
import type { TopologyModel } from '../../topology/model.js';
import { isReplyLater } from '../context.js';
import { emergencyHandler } from '../emergency/hear-emergency.js';
import { messageOf } from '../message.js';
import { compositionOf } from './delivery.js';
import type { Handling } from './handling.js';
import { HandlingContext } from './handling-context.js';
import { HandlingRun } from './handling-run.js';
import { ownStore } from '../store-trouble.js';

/**
 * Runs middleware and handler over one message, and buffers the messages that they publish.
 * @returns the emissions, reply and acknowledgement included; a promise of them if the handler made one
 * @throws the error of the handler; LanewayError HANDLER when it overran its time, HANDLER_RESULT when its reply does
 * not fit the reply type
 */
export function runHandler(handling: Handling): Emission[] | Promise<Emission[]> {
  const { delivery, data } = handling;
  const { bound, services, envelope } = delivery;
  const { agent } = bound;
  const emissions: Emission[] = [];
  const now = services.clock.now();
  const limit = timeLimit(handling, now);
  const run = new HandlingRun();
  const context = new HandlingContext(handling, emissions, limit, run);
  const message = messageOf(envelope, delivery, data);
  const handler = isOfEmergency(envelope.type)
    ? emergencyHandler(agent.onEmergency, services.emergencies)
    : (agent.handlers.get(envelope.type) ?? agent.otherwise);
  if (!handler) throw new LanewayError('UNKNOWN_TYPE', `agent '${agent.id}' has no handler for ${envelope.type}`);
  const chain =
    agent.middleware.length === 0
      ? () => handler(message, context)
      : agent.middleware.reduceRight<() => Promise<unknown>>(
          (next, middleware) => () => middleware(message, context as never, next),
          async () => handler(message, context),
        );
  const result = run.within(chain, limit - now, handling);
  return result instanceof Promise
    ? result.then((value) => emissionsOf(handling, emissions, value))
    : emissionsOf(handling, emissions, result);
}

/** All messages that a handling sends: those it published (no more are added), its reply, and the acknowledgement. */
function emissionsOf(handling: Handling, published: Emission[], result: unknown): Emission[] | Promise<Emission[]> {
  const { type } = handling;
  if (isReplyLater(result)) return putOff(handling, result).then(() => acknowledged(handling, published));
  if (type.kind === 'command' && type.reply)
    published.push(replyOf(type.reply, result, compositionOf(handling.delivery)));
  return acknowledged(handling, published);
}

/** Adds the acknowledgement, on a channel with `acks: 'message'`. */
function acknowledged(handling: Handling, published: Emission[]): Emission[] {
  const { bound, envelope } = handling.delivery;
  const { agent } = bound;
  const channel = agent.topology.model.channels[envelope.channel];
  if (channel?.qos.acks === 'message' && !isSystemChannel(channel.name)) {
    published.push(
      ...composeMessage(
        MessageAcknowledged,
        { type: envelope.type, id: envelope.id, receiver: agent.id },
        {},
        compositionOf(handling.delivery),
      ),
    );
  }
  return published;
}

function replyOf(reply: MessageType, result: unknown, composition: Composition): Emission {
  try {
    return composeReply(reply, result, {}, composition);
  } catch (cause) {
    if (cause instanceof LanewayError && cause.code === 'SCHEMA') {
      throw new LanewayError('HANDLER_RESULT', `the handler's result is no ${reply.name}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

async function putOff(
  handling: Handling,
  later: { key: string; within: Parameters<typeof milliseconds>[0] },
): Promise<void> {
  const { services, envelope, bound } = handling.delivery;
  await ownStore(
    services.deferredReplies.put({
      agent: bound.agent.id,
      command: envelope.type,
      key: later.key,
      envelope: withoutPayload(envelope),
      forgetAfter: Math.ceil((services.clock.now() + milliseconds(later.within)) / 1000) + LATE_ANSWER_SECONDS,
    }),
  );
}

/** Milliseconds of a process's time that a handling leaves for its outcome. */
export const OUTCOME_MS = 2_000;

/**
 * Seconds after its promised time for which a put-off reply is still known, so that a late answer is told apart from an
 * answer to no command.
 */
export const LATE_ANSWER_SECONDS = 86_400;

/**
 * End of a handling, milliseconds since 1970. It is the earliest of the agent's handler timeout, the command's deadline
 * with its channel's extension, and the end of the process less {@link OUTCOME_MS}.
 */
function timeLimit({ delivery, type }: Handling, now: number): number {
  const { bound, envelope, end } = delivery;
  const own = now + milliseconds(bound.agent.model.handlerTimeout);
  const deadline = (type.kind === 'command' ? latestEnd(envelope, bound.agent.topology.model) : undefined) ?? own;
  return Math.min(own, deadline, end - OUTCOME_MS);
}

/** Latest end of a command, milliseconds since 1970: its deadline and the extension that progress may add to it. */
function latestEnd({ deadline, channel }: Envelope, model: TopologyModel): number | undefined {
  return deadline === undefined ? undefined : Date.parse(deadline) + (model.channels[channel]?.extension ?? 0);
}
