import type { DispatchTo } from '../domain/dispatch.js';
import type { Duration } from '../domain/duration.js';
import type { Priority } from '../domain/priority.js';
import type { CommandType, DataOf, EventType, InputOf, MessageType, ReplyOf } from '../message/message-type.js';
import type { AllChannels, Topology } from '../topology/topology.js';
import type { Completed, Ended, Failed, Input, Outcome, Ref, Typed } from './ref.js';

/** Union of the message types that a topology's channels carry. */
export type CarriedBy<T> =
  T extends Topology<string, infer Channels>
    ? AllChannels<Channels>[keyof AllChannels<Channels>] extends {
        readonly carries: readonly (infer Type extends MessageType)[];
      }
      ? Type
      : never
    : never;

/** Union of the ids of a topology's agents. */
export type AgentOf<T> = T extends { readonly agents: infer Agents } ? keyof Agents & string : never;

/** Whom a step addresses, besides the channel's own choice: an agent, or any with a capability or role. */
export type Receiver<Agent extends string> = Agent | Exclude<DispatchTo, string>;

/** Options of {@link Flow.publish}. */
export interface PublishOptions<Agent extends string> {
  readonly priority?: Input<Priority>;
  readonly to?: Input<Receiver<Agent>>;
}

/** Options of {@link Flow.request}. */
export interface RequestOptions<Agent extends string, Reply> extends PublishOptions<Agent> {
  /** From the moment the step begins; at most the workflow's deadline. The request's pending record is the clock. */
  readonly timeout: Duration;
  /** Taken as the reply when none arrives in time. Without it the execution fails with `RequestTimedOut`. */
  readonly onTimeout?: Input<Reply>;
  /** Taken as the reply when the command became a dead letter. Without it the execution fails with `RequestFailed`. */
  readonly onFailure?: Input<Reply>;
}

type Answered = CommandType<string, MessageType['schema'], EventType>;

type Arms<Value extends string | boolean> = Readonly<Record<string extends Value ? never : `${Value}`, () => unknown>>;

type None<Keys extends PropertyKey> = { readonly [Key in Keys]: never };

/** What each branch of {@link Flow.parallel} returned. */
export type Results<Branches> = {
  readonly [Name in keyof Branches]: Branches[Name] extends () => infer Returned ? Outcome<Returned> : never;
};

/** A branch that completes the workflow would end its neighbours: not a branch. */
type WithoutCompleting<Branches> = {
  readonly [Name in keyof Branches]: Branches[Name] extends () => infer Returned
    ? [Extract<Returned, Completed>] extends [never]
      ? unknown
      : never
    : never;
};

/**
 * The steps of a workflow. Each verb records a step when the definition function runs, once; nothing is sent then.
 * Step names are the user's, unique within an arm or branch, and become the state names. What the function does
 * between the verbs happens at definition, not in an execution.
 */
export interface Flow<Type extends MessageType = MessageType, Agent extends string = string> {
  /**
   * Publishes a command and waits for its reply. One state. Delivered at least once to one agent; across attempts
   * exactly one outcome is accepted: the reply, a timeout, or a failure.
   * @param step letters, digits, spaces and dashes, at most 40
   * @returns a reference to the data of the reply
   */
  request<Command extends Extract<Type, Answered>>(
    step: string,
    command: Command,
    data: NoInfer<Input<InputOf<Command>>>,
    options: RequestOptions<Agent, DataOf<ReplyOf<NoInfer<Command>>>>,
  ): Ref<DataOf<ReplyOf<Command>>>;

  /** Publishes an event or a command and goes on as soon as it is on the bus; a reply, if there is one, is not awaited. */
  publish<Published extends Type>(
    step: string,
    type: Published,
    data: NoInfer<Input<InputOf<Published>>>,
    options?: PublishOptions<Agent>,
  ): void;

  /**
   * Goes one way for each value that `on` can have; the compiler demands an arm for each and refuses others. An arm
   * that neither completes nor fails continues behind the match. One state.
   * @param on a reference to a union of string literals, or to a boolean
   * @returns a reference to what the taken arm returned, when every arm that goes on returns something
   */
  match<Value extends string | boolean, Given extends Arms<Value>>(
    on: Typed<Value>,
    arms: Given & None<Exclude<keyof Given, keyof Arms<Value>>>,
  ): Outcome<ReturnType<Given[keyof Given]>>;

  /**
   * Runs branches side by side and goes on when all have ended. One state, and those of the branches. A branch returns
   * values; it cannot complete the workflow (decide that behind the parallel), but a failing branch fails it at once.
   * @returns a reference to what each branch returned
   */
  parallel<Branches extends Readonly<Record<string, () => unknown>>>(
    branches: Branches & WithoutCompleting<Branches>,
  ): Results<Branches>;

  /** The referenced value, or `fallback` where it is absent or null. No state. */
  orElse<T>(reference: Typed<T>, fallback: NoInfer<NonNullable<T>>): Ref<NonNullable<T>>;

  /**
   * Ends the execution well; its output is `{ result, data }`. A path that just stops completes with `completed`.
   * @param result one word or a few: the stage that the conversation reached
   */
  complete(result: string, data?: unknown): Completed;

  /** Fails the execution. @param reason one word, the error name @param message for people */
  fail(reason: string, message?: string): Failed;
}

/** What the function of a workflow may return: nothing that is used. */
export type FlowResult = Ended | Ref<unknown> | object | void;
