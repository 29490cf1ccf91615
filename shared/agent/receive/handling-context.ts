import type { Emission } from '../../domain/delivery/delivery.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { MessageType } from '../../message/message-type.js';
import { RequestCancelled } from '../../message/system-messages.js';
import {
  composeMessage,
  composeReply,
  type Composition,
  type PublishOptions,
} from '../../publishing/compose-message.js';
import { replyLater, type Context, type Log, type PublishedMessage } from '../context.js';
import { extendDeadline } from './extend-deadline.js';
import { handlingLog } from './handling-log.js';
import type { HandlingRun } from './handling-run.js';
import { cancelledError } from './lease-keeper.js';
import type { Handling } from './handling.js';

/**
 * Implements {@link Context} for one handling. Functions are its own properties, so that a handler can take them off
 * it. The run makes the signal when it is first asked for. It is a class, as a getter in a literal makes each of them
 * slow.
 */
export class HandlingContext implements Context {
  /** Messages that the handler published, in order; sent with the outcome. */
  readonly #emissions: Emission[];
  readonly #handling: Handling;
  readonly #run: HandlingRun;
  readonly deps: unknown;
  readonly log: Log;
  readonly deadline: Date;
  readonly effectKey: string;
  readonly tries: number;
  readonly replyLater = replyLater;

  constructor(handling: Handling, emissions: Emission[], deadline: Date, run: HandlingRun) {
    const { bound, services, envelope, tries } = handling;
    const { agent } = bound;
    this.#emissions = emissions;
    this.#handling = handling;
    this.#run = run;
    this.deps = bound.deps;
    this.log = handlingLog(services.log, handling);
    this.deadline = deadline;
    this.effectKey =
      envelope.requestid !== undefined && agent.topology.model.types[envelope.type]?.kind === 'command'
        ? envelope.requestid
        : `${envelope.id}:${agent.id}`;
    this.tries = tries;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  readonly publish: Context['publish'] = (type, data, options = {}) => {
    const { agent } = this.#handling.bound;
    if (!agent.model.publishes.includes(type.name)) {
      throw new LanewayError('NOT_DECLARED', `agent '${agent.id}' publishes ${type.name}, which it does not declare`, {
        help: [`declared: ${agent.model.publishes.join(', ') || '(nothing)'}`, "add it to the agent's `publishes`"],
      });
    }
    const made = composeMessage(type, data, options, compositionFor(this.#handling)).map((one) => this.#add(one));
    const [first] = made;
    if (!first) throw new LanewayError('UNKNOWN_RECEIVER', `${type.name} has no receiver`);
    return first;
  };

  readonly cancel: Context['cancel'] = (requestId, why) => {
    const { agent } = this.#handling.bound;
    if (!agent.model.publishes.includes(RequestCancelled.name)) {
      throw new LanewayError('NOT_DECLARED', `agent '${agent.id}' takes a request back, but makes none`, {
        help: ['allowed: agents that declare a command with a reply in `publishes`'],
      });
    }
    for (const made of composeMessage(RequestCancelled, { requestId, why }, {}, compositionFor(this.#handling)))
      this.#add({ ...made, requestid: requestId });
  };

  readonly replyTo: Context['replyTo'] = async (command, replyKey, data, options = {}) => {
    const { bound, services } = this.#handling;
    const { agent } = bound;
    const later = await services.later.get(agent.id, command.name, replyKey);
    if (!later || !command.reply) {
      throw new LanewayError(
        'NOT_FOUND',
        `agent '${agent.id}' put off no reply to ${command.name} under '${replyKey}'`,
        { retryable: true, help: ['return replyLater({ key, within }) from the handler of the command first'] },
      );
    }
    return this.#add(this.#replyOfLater(command.reply, data, options, later.envelope));
  };

  readonly progress: Context['progress'] = async (fraction, note) => {
    const { bound, services, envelope, key, owner } = this.#handling;
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new LanewayError('INVALID_OPTION', `progress is ${fraction}`, { help: ['allowed: 0 to 1'] });
    }
    const noted = await services.deliveries.progress(
      key,
      owner,
      note === undefined ? { fraction } : { fraction, note },
    );
    if (noted === 'cancelled') this.#run.stop(cancelledError(envelope.id));
    if (noted === 'stored') await extendDeadline(envelope, bound.agent.topology.model, services);
  };

  #add(emission: Emission): PublishedMessage {
    const { bound, envelope } = this.#handling;
    if (this.#run.ended) {
      throw new LanewayError('HANDLER', `${emission.type} was published after the handling had ended`, {
        help: [
          'await what publishes before the handler returns: what comes later belongs to no outcome and is not sent',
        ],
      });
    }
    const most = bound.agent.topology.model.conversationBudget;
    if (this.#emissions.length >= most) {
      throw new LanewayError('BUDGET', `one handling of ${envelope.type} publishes more than ${most} messages`, {
        help: ["allowed: the topology's conversationBudget", 'publish in parts, each from a message of its own'],
      });
    }
    this.#emissions.push(emission);
    return {
      id: emission.id,
      correlationId: emission.correlationid ?? envelope.correlationid,
      ...(emission.requestid === undefined ? {} : { requestId: emission.requestid }),
    };
  }

  #replyOfLater(reply: MessageType, data: unknown, options: PublishOptions, command: Envelope): Emission {
    const composition = compositionFor(this.#handling);
    const emission = composeReply(reply, data, options, { ...composition, parent: command });
    return { ...emission, correlationid: command.correlationid };
  }
}

/** Agent, parent message and present instant from which the messages of a handling are composed. */
export function compositionFor({ bound, services, envelope }: Handling): Composition {
  return { topology: bound.agent.topology, sender: bound.agent.id, parent: envelope, now: services.clock.now() };
}
