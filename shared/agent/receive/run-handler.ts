import { milliseconds } from '../../domain/duration.js';
import type { DeliveryKey, Emission } from '../../domain/delivery.js';
import type { Envelope } from '../../domain/envelope.js';
import { LanewayError } from '../../domain/errors.js';
import type { MessageType } from '../../message/message-type.js';
import { isSystemChannel, MessageAcknowledged, RequestCancelled } from '../../message/system-messages.js';
import { composeMessage, composeReply, type Composition, type PublishOptions } from '../../topology/compose-message.js';
import { isReplyLater, replyLater, type Context, type PublishedMessage } from '../context.js';
import type { BoundAgent } from '../create-agent.js';
import { messageOf } from '../message.js';
import { extendDeadline, latestEnd } from './extend-deadline.js';
import { HandlingRun, type Stop } from './handling-run.js';
import { cancelledError } from './lease-keeper.js';
import type { Services } from './services.js';

/** What the chain knows when it starts a handler. */
export interface Handling {
  readonly bound: BoundAgent;
  readonly services: Services;
  readonly envelope: Envelope;
  readonly type: MessageType;
  readonly data: unknown;
  readonly key: DeliveryKey;
  readonly owner: string;
  readonly tries: number;
  /** When the process may be ended, milliseconds since 1970. */
  readonly end: number;
  /** Told how to stop the handling; what it returns is called when the handling has ended. */
  readonly attach?: (stop: Stop) => () => void;
}

/**
 * Runs middleware and handler over one message, with what it publishes buffered.
 * @returns the emissions, reply and acknowledgement included
 * @throws whatever the handler threw; LanewayError HANDLER when it overran its time, HANDLER_RESULT when its reply does
 * not fit the reply type
 */
export async function runHandler(handling: Handling): Promise<Emission[]> {
  const { bound, services, envelope, type, data } = handling;
  const { agent } = bound;
  const emissions: Emission[] = [];
  const limit = timeLimit(handling);
  const run = new HandlingRun();
  const context = contextFor(handling, emissions, new Date(limit), run);
  const message = messageOf(envelope, data);
  const handler = agent.handlers.get(envelope.type) ?? agent.otherwise;
  if (!handler) throw new LanewayError('UNKNOWN_TYPE', `agent '${agent.id}' has no handler for ${envelope.type}`);
  const chain =
    agent.middleware.length === 0
      ? () => handler(message, context)
      : agent.middleware.reduceRight<() => Promise<unknown>>(
          (next, middleware) => () => middleware(message, context as never, next),
          async () => handler(message, context),
        );
  const what = `${agent.id} on ${envelope.type}`;
  const result = await run.within(chain, limit - services.clock.now(), what, handling.attach);
  const published = [...emissions];
  const composition = compositionFor(handling);
  if (isReplyLater(result)) {
    await putOff(handling, result);
  } else if (type.kind === 'command' && type.reply) {
    published.push(replyOf(type.reply, result, composition));
  }
  const channel = agent.topology.model.channels[envelope.channel];
  if (channel?.qos.acks === 'message' && !isSystemChannel(channel.name)) {
    published.push(
      ...composeMessage(
        MessageAcknowledged,
        { type: envelope.type, id: envelope.id, receiver: agent.id },
        {},
        composition,
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

function contextFor(handling: Handling, emissions: Emission[], deadline: Date, run: HandlingRun): Context {
  const { bound, services, envelope, key, owner } = handling;
  const { agent } = bound;
  const add = (emission: Emission): PublishedMessage => {
    if (run.ended) {
      throw new LanewayError('HANDLER', `${emission.type} was published after the handling had ended`, {
        help: [
          'await what publishes before the handler returns: what comes later belongs to no outcome and is not sent',
        ],
      });
    }
    const most = agent.topology.model.conversationBudget;
    if (emissions.length >= most) {
      throw new LanewayError('BUDGET', `one handling of ${envelope.type} publishes more than ${most} messages`, {
        help: ["allowed: the topology's conversationBudget", 'publish in parts, each from a message of its own'],
      });
    }
    emissions.push(emission);
    return {
      id: emission.id,
      correlationId: emission.correlationid ?? envelope.correlationid,
      ...(emission.requestid === undefined ? {} : { requestId: emission.requestid }),
    };
  };
  return {
    publish: (type, data, options: PublishOptions = {}) => {
      if (!agent.model.publishes.includes(type.name)) {
        throw new LanewayError(
          'NOT_DECLARED',
          `agent '${agent.id}' publishes ${type.name}, which it does not declare`,
          {
            help: [`declared: ${agent.model.publishes.join(', ') || '(nothing)'}`, "add it to the agent's `publishes`"],
          },
        );
      }
      const made = composeMessage(type, data, options, compositionFor(handling)).map(add);
      const [first] = made;
      if (!first) throw new LanewayError('UNKNOWN_RECEIVER', `${type.name} has no receiver`);
      return first;
    },
    cancel: (requestId, why) => {
      if (!agent.model.publishes.includes(RequestCancelled.name)) {
        throw new LanewayError('NOT_DECLARED', `agent '${agent.id}' takes a request back, but makes none`, {
          help: ['allowed: agents that declare a command with a reply in `publishes`'],
        });
      }
      for (const made of composeMessage(RequestCancelled, { requestId, why }, {}, compositionFor(handling)))
        add({ ...made, requestid: requestId });
    },
    replyLater,
    replyTo: async (command, replyKey, data, options = {}) => {
      const later = await services.later.get(agent.id, command.name, replyKey);
      if (!later || !command.reply) {
        throw new LanewayError(
          'NOT_FOUND',
          `agent '${agent.id}' put off no reply to ${command.name} under '${replyKey}'`,
          {
            retryable: true,
            help: ['return replyLater({ key, within }) from the handler of the command first'],
          },
        );
      }
      const emission = replyOfLater(command.reply, data, options, handling, later.envelope);
      return add(emission);
    },
    progress: async (fraction, note) => {
      if (!(fraction >= 0 && fraction <= 1)) {
        throw new LanewayError('INVALID_OPTION', `progress is ${fraction}`, { help: ['allowed: 0 to 1'] });
      }
      const noted = await services.deliveries.progress(
        key,
        owner,
        note === undefined ? { fraction } : { fraction, note },
      );
      if (noted === 'cancelled') run.stop(cancelledError(envelope.id));
      if (noted === 'stored') await extendDeadline(envelope, agent.topology.model, services);
    },
    deps: bound.deps,
    log: services.log,
    deadline,
    get signal() {
      return run.signal;
    },
    effectKey:
      envelope.requestid !== undefined && agent.topology.model.types[envelope.type]?.kind === 'command'
        ? envelope.requestid
        : `${envelope.id}:${agent.id}`,
    tries: handling.tries,
  };
}

function replyOfLater(
  reply: MessageType,
  data: unknown,
  options: PublishOptions,
  handling: Handling,
  command: Envelope,
): Emission {
  const composition = compositionFor(handling);
  const emission = composeReply(reply, data, options, { ...composition, parent: command });
  return { ...emission, correlationid: command.correlationid };
}

function compositionFor(handling: Handling): Composition {
  const { bound, services, envelope } = handling;
  return { topology: bound.agent.topology, sender: bound.agent.id, parent: envelope, now: services.clock.now() };
}

async function putOff(
  handling: Handling,
  later: { key: string; within: Parameters<typeof milliseconds>[0] },
): Promise<void> {
  const { services, envelope, bound } = handling;
  const { data: _data, dataref: _ref, ...rest } = envelope;
  await services.later.put({
    agent: bound.agent.id,
    command: envelope.type,
    key: later.key,
    envelope: rest,
    // Kept well past the promise, so that a late answer is told apart from one to nothing.
    forgetAfter: Math.ceil((services.clock.now() + milliseconds(later.within)) / 1000) + 86_400,
  });
}

/** Earliest of: the agent's handler timeout, the command's deadline (with its channel's extension), the end of the process less what the outcome takes. */
function timeLimit(handling: Handling): number {
  const { bound, services, envelope, type, end } = handling;
  const own = services.clock.now() + milliseconds(bound.agent.model.handlerTimeout);
  const deadline = (type.kind === 'command' ? latestEnd(envelope, bound.agent.topology.model) : undefined) ?? own;
  return Math.min(own, deadline, end - 2_000);
}
