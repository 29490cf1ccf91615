import type { Duration } from '../../domain/base/duration.js';
import type { Priority } from '../../domain/base/priority.js';
import type { CommandType, DataOf, EventType, InputOf, MessageType, ReplyOf } from '../../message/message-type.js';
import type { CapableAgents } from '../../topology/addressing.js';
import type { AllChannels, CapabilityIn, EscalationRung, RoleIn, Topology } from '../../topology/topology.js';
import type { WorkflowDefinition } from './workflow-definition.js';
import type { Comparison } from '../record/outline.js';
import type { Completed, Ended, Failed, Input, BranchResult, Ref, Typed, ValueOf } from './ref.js';

/** Union of the message types that a topology's channels carry. */
export type TypesOf<T> =
  T extends Topology<string, infer Channels>
    ? AllChannels<Channels>[keyof AllChannels<Channels>] extends {
        readonly carries: readonly (infer Type extends MessageType)[];
      }
      ? Type
      : never
    : never;

/** Union of the ids of a topology's agents. */
export type AgentOf<T> = T extends { readonly agents: infer Agents } ? keyof Agents & string : never;

/** Names of a topology, besides agents, that steps may use. */
export interface TopologyNames {
  /** Union of the capabilities. */
  readonly capability: string;
  /** Union of the roles. */
  readonly role: string;
  /** Union of the names of channels. */
  readonly channel: string;
}

/** The {@link TopologyNames} that a topology declares. */
export type NamesOf<T> =
  T extends Topology<string, infer Channels, infer Agents>
    ? {
        readonly capability: string extends keyof Agents ? string : CapabilityIn<Agents>;
        readonly role: string extends keyof Agents ? string : RoleIn<Agents>;
        readonly channel: keyof Channels & string;
      }
    : TopologyNames;

/** Agents with a capability or a role in common. */
export type ReceiverGroup<Known extends TopologyNames> =
  { readonly capability: Known['capability'] } | { readonly role: Known['role'] };

/**
 * Receiver that a step addresses, in place of the channel's own choice: an agent, any with a capability or role, or any with
 * all capabilities of a list, or with one of it.
 */
export type Receiver<Agent extends string, Known extends TopologyNames = TopologyNames> =
  Agent | ReceiverGroup<Known> | CapableAgents<Known['capability']>;

/**
 * Receiver that is asked when an attempt was not answered: an agent's id; `'another'` (the next subscriber of the
 * command's channel that was not asked); any with a capability or role; or a rung as a channel declares it, without
 * `retry`.
 */
export type Fallback<Agent extends string, Known extends TopologyNames = TopologyNames> =
  | 'another'
  | Agent
  | ReceiverGroup<Known>
  | Exclude<
      EscalationRung<Known['channel'], Agent, Known['capability'], Known['role']>,
      'abort' | { readonly retry: number }
    >;

/** Options of {@link Flow.publish}. */
export interface StepPublishOptions<Agent extends string, Known extends TopologyNames = TopologyNames> {
  /** Priority of the message. @defaultValue that of the start message, brought to one that the channel uses */
  readonly priority?: Input<Priority>;
  /** Receivers of the message. @defaultValue every subscriber for an event, the one that its channel selects for a command */
  readonly to?: Input<Receiver<Agent, Known>>;
}

/**
 * Options of {@link Flow.request}. With any of `deadline`, `tries` and `fallback` the step declares its own attempts,
 * and the ladder of the command's channel does not apply. Each attempt is a message of its own, with the same
 * `effectKey`; the first reply of any attempt is the reply.
 */
export interface StepRequestOptions<
  Agent extends string,
  Reply,
  Known extends TopologyNames = TopologyNames,
> extends StepPublishOptions<Agent, Known> {
  /**
   * Time from the moment the step begins; at most the workflow's deadline. The request's pending record is the clock.
   * With `deadline`, `tries` or `fallback` it is the time of one attempt, at least 6 seconds.
   */
  readonly timeout: Duration;
  /**
   * Time of the whole request. No attempt outlives it. Progress of an agent prolongs its attempt up to it, and beyond
   * it by the `extension` of the command's channel.
   * @defaultValue the time that all attempts and pauses take when nobody answers
   */
  readonly deadline?: Duration;
  /** Attempts at the receiver, 1 to 11, after pauses of 1 second, doubled to at most a minute. @defaultValue 1 */
  readonly tries?: number;
  /**
   * Receivers that are asked when those tries are over, in this order: agents, other channels, a person. Each attempt
   * has `timeout`, unless the entry declares its own.
   */
  readonly fallback?: Fallback<Agent, Known> | readonly Fallback<Agent, Known>[];
  /** Value that is taken as the reply when none arrives in time. Without it the execution fails with `RequestTimedOut`. */
  readonly onTimeout?: Input<Reply>;
  /**
   * Value that is taken as the reply when the command became a dead letter. Without it the execution fails with
   * `RequestFailed`.
   */
  readonly onFailure?: Input<Reply>;
}

/** Compensation of a completed request. `Undo` is the command that undoes it; it names a reply, so that its end is known. */
export interface Compensation<Undo extends MessageType, Reply> {
  /** Command that undoes the request. */
  readonly with: Undo;
  /** Payload of the undoing command, made from the reply to be undone and from anything known before the request. */
  readonly data: (reply: Ref<Reply>) => Input<InputOf<NoInfer<Undo>>>;
  /** Time for the reply of the undoing command. @defaultValue '3 days', as undoing has to happen, and outlasts an outage of two */
  readonly timeout?: Duration;
}

/** Time for the reply of a compensation that names none: longer than an outage of two days, shorter than a copy lives in its lane. */
export const DEFAULT_UNDO_TIMEOUT: Duration = '3 days';

/** A command that names the event that answers it. */
export type AnsweredCommand = CommandType<string, MessageType['schema'], EventType>;

/** Arms of a {@link Flow.match}, by the value that leads to them. */
export type MatchArms<Value extends string | boolean> = Readonly<
  Record<string extends Value ? never : `${Value}`, () => unknown>
>;

/** Properties that must not be given. */
export type None<Keys extends PropertyKey> = { readonly [Key in Keys]: never };

/** Results of the branches of {@link Flow.parallel}, by the branch's name. */
export type BranchResults<Branches> = {
  readonly [Name in keyof Branches]: Branches[Name] extends () => infer Returned ? BranchResult<Returned> : never;
};

/** Options of {@link Flow.receive}. */
export interface ReceiveOptions<Data> {
  /** Time from the moment the step begins; at most the workflow's deadline. */
  readonly timeout: Duration;
  /** Subject that the message must have. @defaultValue any; needed within `flow.map` */
  readonly key?: Input<string>;
  /** Value that is taken as the data when no message comes in time. Without it the execution fails with `RequestTimedOut`. */
  readonly onTimeout?: Input<Data>;
}

/** Decision on an approval; `silent` when nobody decided in time. */
export type ApprovalDecision = 'approved' | 'rejected' | 'silent';

/** Options of {@link Flow.approval}. */
export interface ApprovalOptions {
  /** Subject of the decision, in one line. */
  readonly title: Input<string>;
  /** Facts that the decision is made on: any JSON, with references. */
  readonly details?: unknown;
  /** Name of the people who decide, such as a team that the application knows. */
  readonly approvers: string;
  /** Time to decide, from the moment the step begins; at most the workflow's deadline. */
  readonly timeout: Duration;
  /** Name of the people who are asked when the approvers keep silent, for as long again. @defaultValue nobody */
  readonly escalateTo?: string;
}

/** Options of {@link Flow.run}. */
export interface RunOptions<Results extends readonly string[]> {
  /** Time from the moment the step begins; at most the workflow's deadline. */
  readonly timeout: Duration;
  /** Names that the other workflow completes with: all of them and no others, which is checked at definition. */
  readonly results: Results;
}

/** Options of {@link Flow.map}. */
export interface MapOptions {
  /** Elements that run at once, 1 to 40 (the most that Step Functions runs of an inline map). @defaultValue 10 */
  readonly concurrency?: number;
}

/** The list of the results of the elements' steps. */
export type ListOf<Returned> = [Returned] extends [Ended]
  ? Returned
  : [Extract<Returned, void | undefined>] extends [never]
    ? Ref<ValueOf<Exclude<Returned, Ended>>[]>
    : void;

/** Refuses a branch that completes the workflow: it would end its neighbours. */
export type WithoutCompleting<Branches> = {
  readonly [Name in keyof Branches]: Branches[Name] extends () => infer Returned
    ? [Extract<Returned, Completed>] extends [never]
      ? unknown
      : never
    : never;
};

/**
 * The steps of a workflow. Each verb records a step when the definition function runs, once; nothing is sent then. Step
 * names are the user's, unique within an arm or branch, and become the state names. Code between the verbs runs at
 * definition, and not in an execution.
 */
export interface Flow<
  Type extends MessageType = MessageType,
  Agent extends string = string,
  Known extends TopologyNames = TopologyNames,
> {
  /**
   * Publishes a command and waits for its reply. One state. Delivered at least once to one agent; across attempts
   * exactly one outcome is accepted: the reply, a timeout, or a failure.
   *
   * With `compensate` the request is undone when the execution fails, times out or is stopped after its reply.
   * Completed requests are undone one after the other, the last first. Each undoing is a request with its own outcome,
   * and one that fails does not keep the others from being undone (`WorkflowCompensated` names both kinds). A reply
   * that comes after its request has ended otherwise is undone as well. A request that is never answered is not, as
   * nobody knows whether there is anything to undo.
   * @param step letters, digits, spaces and dashes, at most 40
   * @returns a reference to the data of the reply
   */
  request<Command extends Extract<Type, AnsweredCommand>, Undo extends Extract<Type, AnsweredCommand> = never>(
    step: string,
    command: Command,
    data: NoInfer<Input<InputOf<Command>>>,
    options: StepRequestOptions<Agent, DataOf<ReplyOf<NoInfer<Command>>>, Known> & {
      readonly compensate?: Compensation<Undo, DataOf<ReplyOf<NoInfer<Command>>>>;
    },
  ): Ref<DataOf<ReplyOf<Command>>>;

  /** Publishes an event or a command and goes on as soon as it is on the bus; a reply, if there is one, is not awaited. */
  publish<Published extends Type>(
    step: string,
    type: Published,
    data: NoInfer<Input<InputOf<Published>>>,
    options?: StepPublishOptions<Agent, Known>,
  ): void;

  /**
   * Waits for a duration, or until a time. One state. The clock of requests is used, so that a wait ends seconds late
   * at most, whatever died meanwhile.
   * @param how a duration, at most the workflow's deadline, or `until` a time in ISO 8601, which may be past
   */
  wait(step: string, how: Duration | { readonly until: Input<string> }): void;

  /**
   * Waits for a message of the conversation: the first of its type, with `key` the first that also has that subject. It
   * may have come before the step, or come while it waits. One state. Of two executions of this workflow in one
   * conversation only one can wait at a step. Within `flow.map` a key is needed, as elements wait side by side.
   * @returns a reference to the data of the message
   */
  receive<Received extends Extract<Type, EventType>>(
    step: string,
    type: Received,
    options: ReceiveOptions<DataOf<NoInfer<Received>>>,
  ): Ref<DataOf<Received>>;

  /**
   * Asks people for a decision and waits for it. One state. `ApprovalRequested` is published for the agent that tells
   * them. They decide with `laneway approval`, or by a program that publishes `ApprovalDecided` for them. The first
   * decision stands; the ledger keeps its author, its time and its reason. When nobody decides in time, `escalateTo` is
   * asked for as long again; then the decision is `silent`.
   * @returns a reference to the decision, which is always one of the three
   */
  approval(step: string, options: ApprovalOptions): Ref<{ decision: ApprovalDecision; by: string; reason: string }>;

  /**
   * Runs another workflow, in the same conversation, and waits for its end. One state, and those of the other one. The
   * other workflow is started once, however often the step is begun again. When it fails, or does not end in time, this
   * one fails (`RequestFailed`, `RequestTimedOut`).
   * @param data payload of its start message, which is not published
   * @returns a reference to its end: the name given to `flow.complete`, one of `results`
   */
  run<Start extends EventType, const Results extends readonly [string, ...string[]]>(
    step: string,
    workflow: WorkflowDefinition<string, Start>,
    data: NoInfer<Input<InputOf<Start>>>,
    options: RunOptions<Results>,
  ): Ref<{ result: Results[number] }>;

  /**
   * Takes the arm of the value that `on` has; the compiler demands an arm for each value and refuses others. An arm
   * that neither completes nor fails continues behind the match. One state.
   * @param on a reference to a union of string literals, or to a boolean
   * @returns a reference to the result of the taken arm, when every arm that goes on returns something
   */
  match<Value extends string | boolean, Given extends MatchArms<Value>>(
    on: Typed<Value>,
    arms: Given & None<Exclude<keyof Given, keyof MatchArms<Value>>>,
  ): BranchResult<ReturnType<Given[keyof Given]>>;

  /**
   * Runs branches side by side and goes on when all have ended. One state, and those of the branches. A branch returns
   * values. It cannot complete the workflow (decide that behind the parallel), but a failing branch fails it at once.
   * @returns references to the branches' results, by the branch's name
   */
  parallel<Branches extends Readonly<Record<string, () => unknown>>>(
    branches: Branches & WithoutCompleting<Branches>,
  ): BranchResults<Branches>;

  /**
   * Runs the same steps for each element of a list, up to `concurrency` elements at once, and goes on when all have
   * ended. One state, and for each element one and those of its steps. The function runs once, with a reference that
   * stands for every element. It returns a value or nothing. It cannot complete the workflow, but a failing element
   * fails it at once.
   * @param step letters, digits, spaces and dashes, at most 40
   * @param items a list that is always there; `flow.orElse(list, [])` for one that may be absent
   * @returns a reference to the list of the results of the elements' steps, in the order of the elements
   */
  map<Element, Returned>(
    step: string,
    items: Typed<readonly Element[]>,
    run: (item: Ref<Element>) => Returned & ([Extract<Returned, Completed>] extends [never] ? unknown : never),
    options?: MapOptions,
  ): ListOf<Returned>;

  /** The referenced value, or `fallback` where it is absent or null. No state. */
  orElse<T>(reference: Typed<T>, fallback: NoInfer<NonNullable<T>>): Ref<NonNullable<T>>;

  /**
   * Compares two values: a reference to a boolean, for `match` or a payload. No state. Numbers are compared as numbers,
   * texts by their UTF-16 code units; both sides have one type and are always there.
   */
  is<T extends string | number | boolean>(
    reference: Typed<T>,
    how: T extends boolean ? '=' | '!=' : Comparison,
    other: Input<NoInfer<T>>,
  ): Ref<boolean>;

  /** True when there is a value that is not null. No state. */
  present(reference: Typed<unknown>): Ref<boolean>;

  /** True when all conditions hold. No state. */
  all(...conditions: readonly [Typed<boolean>, ...Typed<boolean>[]]): Ref<boolean>;

  /** True when at least one of the conditions holds. No state. */
  any(...conditions: readonly [Typed<boolean>, ...Typed<boolean>[]]): Ref<boolean>;

  /** True when the condition does not hold. No state. */
  not(condition: Typed<boolean>): Ref<boolean>;

  /**
   * Ends the execution as succeeded; its output is `{ result, data }`. A path that ends without it completes with
   * `completed`.
   * @param result one word or a few: the stage that the conversation reached
   */
  complete(result: string, data?: unknown): Completed;

  /** Fails the execution. @param reason one word, the error name @param message text for people */
  fail(reason: string, message?: string): Failed;
}

/** Result of the function that defines a workflow; it is not used. */
export type FlowResult = Ended | Ref<unknown> | object | void;
