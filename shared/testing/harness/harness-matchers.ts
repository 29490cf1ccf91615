import type { DeadLetterReason } from '../../domain/delivery/dead-letter.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { CommandType, InputOf, MessageType, ReplyOf } from '../../message/message-type.js';
import { HarnessConversation, type SentMessage } from './harness-conversation.js';

/** A matcher of a test runner that stands for a value, as `expect.any(String)`. */
export interface ValueMatcher {
  /** True when the matcher accepts the value. */
  asymmetricMatch(given: unknown): boolean;
}

/**
 * Some fields of a payload, at any depth; a field that is left out may be anything. A list is given whole. A matcher of the test
 * runner may stand for any value.
 */
export type PartOf<Payload> =
  | ValueMatcher
  | (Payload extends readonly (infer Element)[]
      ? readonly PartOf<Element>[]
      : Payload extends object
        ? { readonly [Field in keyof Payload]?: PartOf<Payload[Field]> }
        : Payload);

/** Fields of a dead letter; a field that is left out may be anything. */
export interface DeadLetterMatch {
  /** Agent, or function of the platform, that could not handle the message. */
  readonly receiver?: string;
  /** Type of the message, unless it could not be read. */
  readonly type?: string;
  /** Reason of the dead letter. */
  readonly reason?: DeadLetterReason;
  /** Code of the error, as in docs/reference/errors.md. */
  readonly code?: string;
}

/**
 * Matchers of a conversation of the harness, as `laneway/testing/jest` and `laneway/testing/vitest` declare them to a test runner.
 * Each holds for the conversation as it was when it was taken from the harness, and each has its opposite, `expect(...).not`.
 * Payloads are compared as they travel, in what a publisher passes (`InputOf`); one that travels by reference is not compared.
 */
export interface HarnessMatchers<Result> {
  /** A workflow of the conversation has ended, with that result if one is given. */
  toHaveEnded(result?: string): Result;
  /** A message of the type is in the conversation, with these fields in its payload if they are given. */
  toHavePublished<Type extends MessageType>(type: Type, data?: PartOf<InputOf<Type>>): Result;
  /**
   * A request by the command is answered, with these fields in its reply if they are given: by an agent, at once or later, or
   * by a person.
   * @throws LanewayError INVALID_OPTION for a command that names no reply
   */
  toHaveReplied<Command extends CommandType>(command: Command, data?: PartOf<InputOf<ReplyOf<Command>>>): Result;
  /** A delivery ended as a dead letter that has these fields, if they are given. */
  toHaveDeadLetter(letter?: DeadLetterMatch): Result;
  /** Every delivery of the conversation has completed: none expired, none is a dead letter, none is in flight. */
  toHaveCompleted(): Result;
}

/** The part of a test runner's matcher context that is used. */
export interface MatcherContext {
  /** The test runner's own deep comparison of two values. */
  readonly equals: (one: unknown, other: unknown) => boolean;
}

/** Verdict of a matcher, as both test runners take it. */
export interface MatcherResult {
  /** True when the expectation holds, before a `.not` turns it round. */
  readonly pass: boolean;
  /** Text of the failure; called only when there is one. */
  readonly message: () => string;
}

/**
 * For `expect.extend(harnessMatchers)` in Jest and Vitest: `expect(world.conversation(id)).toHaveEnded('scheduled')`. See
 * `HarnessMatchers`; the compiler learns of them by `laneway/testing/jest` or `laneway/testing/vitest`.
 *
 * @throws LanewayError INVALID_OPTION for what is no conversation of the harness
 */
export const harnessMatchers = {
  toHaveEnded(received: HarnessConversation, result?: string): MatcherResult {
    const conversation = conversationOf(received);
    const results = conversation.endings.map((ending) => ending.result);
    const pass = result === undefined ? results.length > 0 : results.includes(result);
    const wanted = result === undefined ? 'a workflow to have ended' : `a workflow to have ended as '${result}'`;
    return verdict(
      conversation,
      pass,
      wanted,
      results.length === 0 ? 'none has ended' : `ended: ${results.join(', ')}`,
    );
  },

  toHavePublished(
    this: MatcherContext,
    received: HarnessConversation,
    type: MessageType,
    data?: unknown,
  ): MatcherResult {
    const conversation = conversationOf(received);
    const found = conversation.messages(type);
    const pass = found.some((message) => data === undefined || fits(message.data, data, this));
    const others = new Set(conversation.messages().map((message) => message.type));
    const none = others.size === 0 ? 'nothing was published' : `published were: ${[...others].join(', ')}`;
    return verdict(conversation, pass, `${type.name}${withData(data)} to have been published`, shown(found, none));
  },

  toHaveReplied(
    this: MatcherContext,
    received: HarnessConversation,
    command: CommandType,
    data?: unknown,
  ): MatcherResult {
    const conversation = conversationOf(received);
    const reply: MessageType | undefined = command.reply;
    if (!reply) {
      throw new LanewayError('INVALID_OPTION', `${command.name} names no reply`, {
        help: [`use toHavePublished(${command.name}), or declare it with { reply: ... }`],
      });
    }
    const replies = conversation.messages(reply).filter(({ requestId }) => requestId !== undefined);
    const asked = conversation.messages(command).filter(({ requestId }) => requestId !== undefined);
    const own = replies.filter(({ requestId }) => asked.some((request) => request.requestId === requestId));
    const pass = own.some((message) => data === undefined || fits(message.data, data, this));
    const none =
      asked.length === 0
        ? `no ${command.name} was requested`
        : `${asked.length} requested, none answered by ${reply.name}`;
    const wanted = `${command.name} to have been answered by ${reply.name}${withData(data)}`;
    return verdict(conversation, pass, wanted, shown(own, none));
  },

  toHaveDeadLetter(received: HarnessConversation, letter: DeadLetterMatch = {}): MatcherResult {
    const conversation = conversationOf(received);
    const found = conversation.entries.flatMap((entry) => (entry.kind === 'dead-letter' ? [entry.deadLetter] : []));
    const letters = found.map(({ receiver, reason, error, facts }) => ({
      ...{ receiver, reason, code: error.code },
      ...(facts === undefined ? {} : { type: facts.type }),
    }));
    const wanted = Object.entries(letter).filter(([, value]) => value !== undefined);
    const pass = letters.some((one) => wanted.every(([field, value]) => Reflect.get(one, field) === value));
    const list = letters.map((one) => json(one)).join('\n');
    const what = wanted.length === 0 ? '' : ` ${json(letter)}`;
    const none = 'it has no dead letter';
    return verdict(conversation, pass, `a dead letter${what}`, letters.length === 0 ? none : `dead letters:\n${list}`);
  },

  toHaveCompleted(received: HarnessConversation): MatcherResult {
    const conversation = conversationOf(received);
    const { expected, completed, expired, deadLettered, inFlight } = conversation.account;
    const pass = expected > 0 && completed === expected;
    const found = `${completed} of ${expected} have: ${expired} expired, ${deadLettered} dead letters, ${inFlight.length} in flight`;
    return verdict(conversation, pass, 'every delivery to have completed', found);
  },
};

function conversationOf(received: unknown): HarnessConversation {
  if (received instanceof HarnessConversation) return received;
  const given = received === null ? 'null' : received instanceof Promise ? 'a promise' : typeof received;
  throw new LanewayError('INVALID_OPTION', `expect() was given ${given}, not a conversation of the harness`, {
    help: ['expect(world.conversation(correlationId)), with the correlationId that publish() returned'],
  });
}

function verdict(conversation: HarnessConversation, pass: boolean, wanted: string, found: string): MatcherResult {
  return { pass, message: () => `expected ${pass ? 'not ' : ''}${wanted}; ${found}\n\n${conversation.sequence}` };
}

/** Fields that are given are compared, at any depth; a matcher of the test runner, as `expect.any(String)`, counts as a value. */
function fits(given: unknown, wanted: unknown, context: MatcherContext): boolean {
  if (!isPlain(wanted)) {
    if (!Array.isArray(wanted)) return context.equals(given, wanted);
    return (
      Array.isArray(given) &&
      given.length === wanted.length &&
      wanted.every((one, index) => fits(given[index], one, context))
    );
  }
  return (
    isPlain(given) && Object.entries(wanted).every(([field, value]) => fits(Reflect.get(given, field), value, context))
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRunnerMatcher(value);
}

function withData(data: unknown): string {
  return data === undefined ? '' : ` with ${json(data)}`;
}

function shown(messages: readonly SentMessage[], none: string): string {
  if (messages.length === 0) return none;
  const lines = messages.map(({ type, from, data }) => `${type} from ${from}: ${json(data) ?? 'by reference'}`);
  return `found:\n${lines.join('\n')}`;
}

/** JSON, with the name of a test runner's matcher where one stands. */
function json(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, one: unknown) => (isRunnerMatcher(one) ? one.toString() : one));
}

/** Both runners know such a matcher by this method. */
function isRunnerMatcher(value: unknown): value is ValueMatcher & { toString(): string } {
  return typeof value === 'object' && value !== null && 'asymmetricMatch' in value;
}
