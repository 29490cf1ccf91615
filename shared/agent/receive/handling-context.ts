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
    const { bound, envelope, key } = handling.delivery;
    const { agent } = bound;
    this.#emissions = emissions;
    this.#handling = handling;
    this.#run = run;
    this.deps = bound.deps;
    this.log = handlingLog(handling);
    this.deadline = deadline;
    this.effectKey =
      envelope.requestid !== undefined && agent.topology.model.types[envelope.type]?.kind === 'command'
        ? envelope.requestid
        : `${key.origin}:${envelope.id}:${agent.id}`;
    this.tries = handling.lease.tries;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  readonly publish: Context['publish'] = (type, data, options = {}) => {
    const { agent } = this.#handling.delivery.bound;
    if (!agent.model.publishes.includes(type.name)) {
      throw new LanewayError('NOT_DECLARED', `agent '${agent.id}' publishes ${type.name}, which it does not declare`, {
        help: [`declared: ${agent.model.publishes.join(', ') || '(nothing)'}`, "add it to the agent's `publishes`"],
      });
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

  readonly cancel: Context['cancel'] = (requestId, why) => {
    const { agent } = this.#handling.delivery.bound;
    if (!agent.model.publishes.includes(RequestCancelled.name)) {
      throw new LanewayError('NOT_DECLARED', `agent '${agent.id}' takes a request back, but makes none`, {
        help: ['allowed: agents that declare a command with a reply in `publishes`'],
      });
    }
    for (const made of composeMessage(RequestCancelled, { requestId, why }, {}, compositionOf(this.#handling.delivery)))
      this.#add({ ...made, requestid: requestId });
  };

  readonly replyTo: Context['replyTo'] = async (command, replyKey, data, options = {}) => {
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

  readonly progress: Context['progress'] = async (fraction, note) => {
    const { delivery, lease } = this.#handling;
    const { services, envelope, key } = delivery;
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new LanewayError('INVALID_OPTION', `progress is ${fraction}`, { help: ['allowed: 0 to 1'] });
    }
    const progress = { fraction, ...defined({ note }), at: new Date(services.clock.now()).toISOString() };
    const noted = await ownStore(services.deliveries.progress(key, lease.owner, progress));
    if (noted === 'cancelled') this.#run.stop(cancelledError(envelope.id));
  };

  readonly guard: Context['guard'] = async (name, call, options = {}) => {
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
        ...{ newOwner: () => guards.newOwner(), until: this.deadline.getTime(), signal: this.signal },
      },
    );
    this.#run.follow(made);
    return made;
  };

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
