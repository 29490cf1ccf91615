import type { Duration } from '../domain/base/duration.js';
import type { CommandType, InputOf, MessageType, ReplyOf } from '../message/message-type.js';
import type { PublishOptions } from '../publishing/compose-message.js';
import type { Message } from './message.js';

/**
 * Structured log; every line of a handler carries `agent`, `type` and `id` of the message, `correlation` (its conversation) and
 * `tries`, the same names as in the lines of Laneway itself. No payload is written. When one of your fields has such
 * a name, all of yours are written under `fields`; an error in place of the fields is written as `error`.
 */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const LATER = Symbol.for('laneway.replyLater');

/** What a handler returns to answer its command in a later handling. */
export interface ReplyLater {
  readonly [LATER]: true;
  readonly key: string;
  readonly within: Duration;
}

/** Makes a {@link ReplyLater}. */
export function replyLater(options: { readonly key: string; readonly within: Duration }): ReplyLater {
  return { [LATER]: true, ...options };
}

/** Whether a handler's result puts its reply off. */
export function isReplyLater(value: unknown): value is ReplyLater {
  return typeof value === 'object' && value !== null && (value as { [LATER]?: unknown })[LATER] === true;
}

/** A published message, before it is sent. */
export interface PublishedMessage {
  readonly id: string;
  readonly correlationId: string;
  /** For a command that names a reply. */
  readonly requestId?: string;
}

/** Commands among the types an agent hears. */
export type CommandsIn<Heard> = Extract<Heard, CommandType>;

/**
 * What a handler gets beside its message. `Published` = types it may publish, `Heard` = types it hears, `Deps` = what
 * was bound to it.
 */
export interface Context<
  Published extends MessageType = MessageType,
  Heard extends MessageType = MessageType,
  Deps = unknown,
> {
  /**
   * Publishes a message as part of this handling's outcome: it is sent only if the handler succeeds, after the outcome
   * is stored, at least once under one id. No order among messages.
   * @throws LanewayError SCHEMA, UNKNOWN_RECEIVER, INVALID_OPTION, REQUEST_TIMED_OUT ...
   */
  publish<Type extends Published>(
    this: void,
    type: Type,
    data: InputOf<Type>,
    options?: PublishOptions,
  ): PublishedMessage;
  /**
   * Takes a request of this agent back, as part of this handling's outcome (`RequestCancelled`): its command is not
   * started if it has not been, nor are the requests that were made for it, and it ends as failed, `CANCELLED`. One that
   * has ended already stands. A handler that runs hears of it by its `signal` as `docs/explanation/delivery.md` says.
   * @throws LanewayError NOT_DECLARED when the agent makes no requests
   */
  cancel(this: void, requestId: string, why: string): void;
  /** Return its result to answer the command in a later handling, under `key`, which only this agent knows. */
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
   * Notes in the ledger how far the work is, 0 to 1; `signal` aborts when the request has been taken back. On a command
   * with a reply it also moves the end of the attempt: as much time again as it was given, counted from now, up to the
   * request's deadline and the `extension` of its channel.
   */
  progress(this: void, fraction: number, note?: string): Promise<void>;
  readonly deps: Deps;
  readonly log: Log;
  /** When `signal` aborts. */
  readonly deadline: Date;
  readonly signal: AbortSignal;
  /** The same for every try, attempt, substitute and redrive of this piece of work: pass it to what has effects. */
  readonly effectKey: string;
  /** 1 for the first try. */
  readonly tries: number;
}

/** What a handler of `Type` returns: the reply's payload for a command that names one, nothing otherwise. */
export type HandlerResult<Type extends MessageType> = Type extends CommandType
  ? [ReplyOf<Type>] extends [never]
    ? void
    : InputOf<ReplyOf<Type>> | ReplyLater
  : void;

/** Handles one message of one type. */
export type Handler<Type extends MessageType, Published extends MessageType, Heard extends MessageType, Deps> = (
  message: Message<Type>,
  context: Context<Published, Heard, Deps>,
) => HandlerResult<Type> | Promise<HandlerResult<Type>>;

/** Exactly one handler for each type the agent hears, or `otherwise` for those without one. */
export type Handlers<Heard extends MessageType, Published extends MessageType, Deps> =
  | { readonly [Type in Heard as Type['name']]: Handler<Type, Published, Heard, Deps> }
  | ({ readonly [Type in Heard as Type['name']]?: Handler<Type, Published, Heard, Deps> } & {
      readonly otherwise: (message: Message, context: Context<Published, Heard, Deps>) => void | Promise<void>;
    });

/** Wraps the handling of one message, wherever the agent runs. */
export type Middleware<Deps = unknown> = (
  message: Message,
  context: Context<MessageType, MessageType, Deps>,
  next: () => Promise<unknown>,
) => Promise<unknown>;
