import { defined } from '../../domain/base/defined.js';
import type { Emission } from '../../domain/delivery/delivery.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import { checkReplyKey } from '../../domain/request/deferred-replies.js';
import type { MessageType } from '../../message/message-type.js';
import { RequestCancelled } from '../../message/system-messages.js';
import { composeMessage, composeReply, type PublishOptions } from '../../publishing/compose-message.js';
import { isEach } from '../../topology/addressing.js';
import { replyLater, type Context, type Log, type PublishedMessage } from '../context.js';
import { compositionOf } from './delivery.js';
import { guardedCall } from '../guard/guarded-call.js';
import { handlingLog } from './handling-log.js';
import type { HandlingRun } from './handling-run.js';
import type { Handling } from './handling.js';
import { cancelledError } from './stopped-handling.js';
import { ownStore } from '../store-trouble.js';

/**
 * Implements {@link Context} for one handling. A handler can take its functions off it. Everything but two values is made when
 * it is asked for: there is a context for every message, and most handlers ask for one or two of its parts. It is a class, as
 * a getter in a literal makes each of them slow.
 */
export class HandlingContext implements Context {
  /** Messages that the handler published, in order; sent with the outcome. */
  readonly #emissions: Emission[];
  readonly #handling: Handling;
  readonly #run: HandlingRun;
  /** Instant at which the time of the handling is over, milliseconds since 1970. */
  readonly #limit: number;
  readonly deps: unknown;
  readonly tries: number;

  constructor(handling: Handling, emissions: Emission[], limit: number, run: HandlingRun) {
    this.#emissions = emissions;
    this.#handling = handling;
    this.#run = run;
    this.#limit = limit;
    this.deps = handling.delivery.bound.deps;
    this.tries = handling.lease.tries;
  }

  get log(): Log {
    return handlingLog(this.#handling);
  }

  get deadline(): Date {
    return new Date(this.#limit);
  }

  get effectKey(): string {
    const { type, delivery } = this.#handling;
    const { envelope, key } = delivery;
    return envelope.requestid !== undefined && type.kind === 'command'
      ? envelope.requestid
      : `${key.origin}:${envelope.id}:${key.receiver}`;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get replyLater(): Context['replyLater'] {
    return replyLater;
  }

  get publish(): Context['publish'] {
    return (type, data, options = {}) => {
      const { agent } = this.#handling.delivery.bound;
      if (!agent.model.publishes.includes(type.name)) {
        throw new LanewayError(
          'NOT_DECLARED',
          `agent '${agent.id}' publishes ${type.name}, which it does not declare`,
          {
            help: [`declared: ${agent.model.publishes.join(', ') || '(nothing)'}`, "add it to the agent's `publishes`"],
          },
        );
      }
      const made = composeMessage(type, data, options, compositionOf(this.#handling.delivery));
      const [first] = made.map((one) => this.#add(one));
      if (!first) throw new LanewayError('UNKNOWN_RECEIVER', `${type.name} has no receiver`);
      if (!isEach(options.to)) return first;
      const participants = made.flatMap(({ id, receiver, requestid }) =>
        receiver === undefined ? [] : [{ agent: receiver, id, ...defined({ requestId: requestid }) }],
      );
      return { ...first, participants };
    };
  }

  get cancel(): Context['cancel'] {
    return (requestId, why) => {
      const { agent } = this.#handling.delivery.bound;
      if (!agent.model.publishes.includes(RequestCancelled.name)) {
        throw new LanewayError('NOT_DECLARED', `agent '${agent.id}' takes a request back, but makes none`, {
          help: ['allowed: agents that declare a command with a reply in `publishes`'],
        });
      }
      for (const made of composeMessage(
        RequestCancelled,
        { requestId, why },
        {},
        compositionOf(this.#handling.delivery),
      ))
        this.#add({ ...made, requestid: requestId });
    };
  }

  get replyTo(): Context['replyTo'] {
    return async (command, replyKey, data, options = {}) => {
      const { bound, services } = this.#handling.delivery;
      const { agent } = bound;
      checkReplyKey(replyKey);
      const later = await ownStore(services.deferredReplies.get(agent.id, command.name, replyKey));
      if (!later || !command.reply) {
        throw new LanewayError(
          'NOT_FOUND',
          `agent '${agent.id}' put off no reply to ${command.name} under '${replyKey}'`,
          { retryable: true, help: ['return replyLater({ key, within }) from the handler of the command first'] },
        );
      }
      return this.#add(this.#replyOfLater(command.reply, data, options, later.envelope));
    };
  }

  get progress(): Context['progress'] {
    return async (fraction, note) => {
      const { delivery, lease } = this.#handling;
      const { services, envelope, key } = delivery;
      if (!(fraction >= 0 && fraction <= 1)) {
        throw new LanewayError('INVALID_OPTION', `progress is ${fraction}`, { help: ['allowed: 0 to 1'] });
      }
      const progress = { fraction, ...defined({ note }), at: new Date(services.clock.now()).toISOString() };
      const noted = await ownStore(services.deliveries.progress(key, lease.owner, progress));
      if (noted === 'cancelled') this.#run.stop(cancelledError(envelope.id));
    };
  }

  get guard(): Context['guard'] {
    return async (name, call, options = {}) => {
      const { bound, services } = this.#handling.delivery;
      const { breakers, clock, guards } = services;
      if (this.#run.ended)
        throw new LanewayError('HANDLER', `the guarded call '${name}' was made after the handling had ended`, {
          help: ['await it before the handler returns'],
        });
      const made = guardedCall(
        { name, call, options },
        {
          ...{ agent: bound.agent.id, breakers, clock, log: this.log, seen: guards.breakers },
          ...{ newOwner: () => guards.newOwner(), until: this.#limit, signal: this.signal },
        },
      );
      this.#run.follow(made);
      return made;
    };
  }

  #add(emission: Emission): PublishedMessage {
    const { bound, envelope } = this.#handling.delivery;
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
    const composition = compositionOf(this.#handling.delivery);
    const emission = composeReply(reply, data, options, { ...composition, parent: command });
    return { ...emission, correlationid: command.correlationid };
  }
}
