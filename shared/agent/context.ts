import { checkReplyKey } from '../domain/request/deferred-replies.js';
import type { Duration } from '../domain/base/duration.js';
import type { CommandType, InputOf, MessageType, ReplyOf } from '../message/message-type.js';
import type { PublishOptions } from '../publishing/compose-message.js';
import type { Participant } from '../publishing/publish-message.js';
import type { Message } from './message.js';

/**
 * Structured log. Every line of a handler carries `agent`, `type` and `id` of the message, `correlation` (its
 * conversation) and `tries`, the same names as in the lines of Laneway itself. Laneway writes no payload. When one of
 * your fields has such a name, all of yours are written under `fields`; an error in place of the fields is written as
 * `error`.
 */
export interface Log {
  /** Writes a line of level `debug`, for developers. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Writes a line of level `info`. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Writes a line of level `warn`, for a fault that passes by itself. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Writes a line of level `error`, for a fault that somebody must look at. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const LATER = Symbol.for('laneway.replyLater');

/** Result by which a handler puts its reply off; `replyTo` answers the command in a later handling. */
export interface ReplyLater {
  /** Mark of a result that puts the reply off. */
  readonly [LATER]: true;
  /** Name under which the agent answers the command later, unique among its open ones of that type. */
  readonly key: string;
  /** Time that the agent promises to answer in; the command is remembered for a day longer. */
  readonly within: Duration;
}

/** Makes a {@link ReplyLater}. @throws LanewayError INVALID_OPTION for a key that is no text of 1 to 880 bytes */
export function replyLater(options: { readonly key: string; readonly within: Duration }): ReplyLater {
  checkReplyKey(options.key);
  return { [LATER]: true, ...options };
}

/** True for a handler's result that puts its reply off. */
export function isReplyLater(value: unknown): value is ReplyLater {
  return typeof value === 'object' && value !== null && (value as { [LATER]?: unknown })[LATER] === true;
}

/** A published message, before it is sent. */
export interface PublishedMessage {
  /** Id of the message. */
  readonly id: string;
  /** Conversation of the message. */
  readonly correlationId: string;
  /** Id of the request, for a command that names a reply. */
  readonly requestId?: string;
  /** Agents that it is for and their requests, for a message to each of several (`to: { all: ... }`). */
  readonly participants?: readonly Participant[];
}

/** Options of a guarded call. All calls under one name should have the same. */
export interface GuardOptions {
  /** Failures in a row, over all processes of the agent, that open the breaker: 1 to 1,000. @defaultValue 5 */
  readonly failureThreshold?: number;
  /** Time from its opening until one call is tried: 1 second to 1 hour. @defaultValue '60 seconds' */
  readonly recoveryTimeout?: Duration;
}

/** Commands among the types an agent hears. */
export type CommandsIn<Heard> = Extract<Heard, CommandType>;

/**
 * Context of one handling, passed to the handler beside its message. `Published`: types it may publish. `Heard`: types
 * it hears. `Deps`: the dependencies bound to the agent. `Capability`: capabilities of the topology's agents.
 * Take its parts off it, each as often as you like: `{ publish, log }`. It is neither copied (`{ ...context }` has next to
 * nothing), nor wrapped in a `Proxy` or by `Object.create`, nor written to: a part is made when it is asked for.
 */
export interface Context<
  Published extends MessageType = MessageType,
  Heard extends MessageType = MessageType,
  Deps = unknown,
  Capability extends string = string,
> {
  /**
   * Publishes a message as part of this handling's outcome. It is sent only if the handler succeeds, after the outcome
   * is stored, at least once under one id. Messages have no order among each other.
   * On a channel that selects the agent is chosen when the handler has ended. A handling whose command nobody can take
   * (`onNobody: 'fail'`) fails with NOBODY_AVAILABLE, and is tried again.
   * @throws LanewayError SCHEMA, NOT_DECLARED, UNKNOWN_RECEIVER, UNKNOWN_CAPABILITY, INVALID_OPTION, REQUEST_TIMED_OUT ...
   */
  publish<Type extends Published>(
    this: void,
    type: Type,
    data: InputOf<Type>,
    options?: PublishOptions<Capability>,
  ): PublishedMessage;
  /**
   * Takes a request of this agent back, as part of this handling's outcome (`RequestCancelled`). Its command is not
   * started any more, nor are the requests that were made for it, and the request ends as failed with `CANCELLED`. A
   * request that has ended stands. A handler that runs hears of it by its `signal` as `docs/explanation/delivery.md`
   * says.
   * @throws LanewayError NOT_DECLARED when the agent makes no requests
   */
  cancel(this: void, requestId: string, why: string): void;
  /**
   * Makes the result that puts the reply off: return it from the handler. `replyTo` then answers the command under
   * `key`, which only this agent knows, `within` that time.
   */
  replyLater(this: void, options: { readonly key: string; readonly within: Duration }): ReplyLater;
  /**
   * Answers a command that was put off. A second answer is recorded and changes nothing.
   * @throws LanewayError NOT_FOUND, retryable (the command's own handling may not have ended yet)
   */
  replyTo<Command extends CommandsIn<Heard>>(
    this: void,
    command: Command,
    key: string,
    data: InputOf<ReplyOf<Command>>,
    options?: PublishOptions,
  ): Promise<PublishedMessage>;
  /**
   * Notes progress in the ledger, a fraction from 0 to 1. `signal` aborts when the request has been taken back. On a
   * command with a reply it also moves the end of the attempt: as much time again as it was given, counted from now, up
   * to the request's deadline and the `extension` of its channel.
   */
  progress(this: void, fraction: number, note?: string): Promise<void>;
  /**
   * Makes a call of something outside behind a circuit breaker, which all processes of the agent share under `name`. After
   * `failureThreshold` failures in a row the breaker opens: calls are not made any more, and messages that need one wait without
   * losing a try. After `recoveryTimeout` exactly one call is tried. Its success closes the breaker, its failure opens it again.
   * A message that fails as the one that is tried loses no try either. An error that is not `retryable` is an answer, and no failure.
   *
   * @param call is given the signal of the handling; when that aborts for want of time, the call has failed
   * @returns the result of the call
   * @throws the error of the call; LanewayError CIRCUIT_OPEN when it is not made, which the handler may catch to do without;
   * INVALID_OPTION
   */
  guard<Result>(
    this: void,
    name: string,
    call: (signal: AbortSignal) => Result | Promise<Result>,
    options?: GuardOptions,
  ): Promise<Result>;
  /** Dependencies bound to the agent with `Agent.with`. */
  readonly deps: Deps;
  /** Log of this handling. */
  readonly log: Log;
  /**
   * Instant at which `signal` aborts: the handler timeout, the command's deadline or the end of the process, whichever
   * is first.
   */
  readonly deadline: Date;
  /** Aborts when the time is over, the lease was lost, or the request was taken back. */
  readonly signal: AbortSignal;
  /**
   * Key that is the same for every try, attempt, substitute and redrive of this piece of work: pass it to calls that
   * have effects, so that a repetition has none.
   */
  readonly effectKey: string;
  /** Number of the try, 1 for the first. */
  readonly tries: number;
}

/** Result of a handler of `Type`: the reply's payload for a command that names one, nothing otherwise. */
export type HandlerResult<Type extends MessageType> = Type extends CommandType
  ? [ReplyOf<Type>] extends [never]
    ? void
    : InputOf<ReplyOf<Type>> | ReplyLater
  : void;

/** Handles one message of one type. */
export type Handler<
  Type extends MessageType,
  Published extends MessageType,
  Heard extends MessageType,
  Deps,
  Capability extends string = string,
> = (
  message: Message<Type>,
  context: Context<Published, Heard, Deps, Capability>,
) => HandlerResult<Type> | Promise<HandlerResult<Type>>;

/** Exactly one handler for each type the agent hears, or `otherwise` for those without one. */
export type Handlers<
  Heard extends MessageType,
  Published extends MessageType,
  Deps,
  Capability extends string = string,
> =
  | { readonly [Type in Heard as Type['name']]: Handler<Type, Published, Heard, Deps, Capability> }
  | ({ readonly [Type in Heard as Type['name']]?: Handler<Type, Published, Heard, Deps, Capability> } & {
      readonly otherwise: (
        message: Message,
        context: Context<Published, Heard, Deps, Capability>,
      ) => void | Promise<void>;
    });

/**
 * Wraps the handling of one message, wherever the agent runs. It may read the {@link Context}, by taking parts off it; the
 * handler gets the same one, which is neither copied, wrapped nor written to.
 */
export type Middleware<Deps = unknown> = (
  message: Message,
  context: Context<MessageType, MessageType, Deps>,
  next: () => Promise<unknown>,
) => Promise<unknown>;
