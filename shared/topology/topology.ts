import type { Duration } from '../domain/base/duration.js';
import type { Priority } from '../domain/base/priority.js';
import type { QosInput, QosProfile, DEFAULT_PROFILES } from '../domain/delivery/qos.js';
import type { CommandType, EventType, MessageType, ReplyOf } from '../message/message-type.js';
import type { SYSTEM_CHANNELS } from '../message/system-messages.js';
import type { AgentRuntime, TopologyModel } from './model.js';

/** A channel as declared. */
export interface ChannelSpec {
  readonly carries: readonly [MessageType, ...MessageType[]];
  readonly qos?: QosInput;
  /** The carrier to take for a type that several channels carry and whose publisher names none. */
  readonly default?: boolean;
  /**
   * What follows when an attempt of a request on this channel times out or fails, in this order: retry, another agent,
   * another channel, a person. At its end, and without it, the request ends.
   */
  readonly escalation?: readonly EscalationRung[];
  /**
   * How far `progress` may move a request beyond the deadline that its requester gave, in all. @defaultValue not at all:
   * it moves the end of an attempt, within that deadline
   */
  readonly extension?: Duration;
  readonly description?: string;
}

/**
 * One rung of an escalation ladder. `timeout` is the time of an attempt, at least 6 seconds; by default the attempts that
 * declare none share equally what is left of the request's time. All of it lies within the deadline of the request.
 */
export type EscalationRung<
  Channel extends string = string,
  Agent extends string = string,
  Capability extends string = string,
  Role extends string = string,
> =
  /** The same agent, so many times more; its `timeout` is the first attempt's as well. */
  | {
      readonly retry: number;
      readonly timeout?: Duration;
      /** Pause before each, doubled every time. @defaultValue 1 second to 1 minute */
      readonly backoff?: { readonly first: Duration; readonly most: Duration };
    }
  /** The next declared subscriber of the channel that has not been asked, of those that are named. */
  | {
      readonly agent: 'another' | Agent | { readonly capability: Capability } | { readonly role: Role };
      /** How many of them, one after the other. @defaultValue 1 */
      readonly times?: number;
      readonly timeout?: Duration;
    }
  /** Another channel that carries the command: its first subscriber that has not been asked, else its first. */
  | { readonly channel: Channel; readonly timeout?: Duration }
  /** `PersonNeeded` on `system.people`; a person has so long to answer. */
  | { readonly person: Duration }
  /** The end, where one likes to see it written. */
  | 'abort';

/** An agent as declared. `Channel` is the union of channel names. */
export interface AgentSpec<Channel extends string = string> {
  readonly subscribes: readonly Channel[];
  /** Types it may publish besides the replies to the commands it handles. */
  readonly publishes?: readonly MessageType[];
  readonly role?: string;
  readonly capabilities?: readonly string[];
  /**
   * Where it runs. `lambda`: in a Lambda function of its own, which its lanes invoke. `worker`: in processes that you start
   * (`laneway worker run`, or `WorkerService` of `laneway/cdk`); it has its lanes and a policy, and no function.
   * @defaultValue 'lambda'
   */
  readonly runs?: AgentRuntime;
  /** Longest time one handler may take. @defaultValue '30 seconds' */
  readonly handlerTimeout?: Duration;
  /**
   * Least time that one of its commands takes. A command whose deadline is nearer than this is not started but answered
   * with `RequestFailed`, code `TOO_LATE`. @defaultValue none: a command is refused only once its deadline has passed
   */
  readonly needs?: Duration;
  readonly description?: string;
}

/** A publisher that is no agent, as declared. */
export interface ClientSpec {
  readonly publishes: readonly MessageType[];
  readonly description?: string;
}

/** An EventBridge event of another system, as the bus delivers it. */
export interface ForeignEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly detail: unknown;
}

/** Other systems' events that become messages of ours. */
export interface IngressSpec {
  /** EventBridge pattern over the foreign event; must name its `source`. */
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly as: EventType;
  /** Payload of the message from the event; what does not fit the schema becomes a dead letter with the reason. */
  readonly map: (event: ForeignEvent) => unknown;
  /** Priority of the message; one that the channel does not use is a dead letter. @defaultValue the channel's for `normal` */
  readonly priority?: (event: ForeignEvent) => Priority;
}

/** Union of the capabilities that agents are declared with. */
export type CapabilityIn<Agents> = {
  [Id in keyof Agents]: Agents[Id] extends { readonly capabilities: readonly (infer Name extends string)[] }
    ? Name
    : never;
}[keyof Agents];

/** Union of the roles that agents are declared with. */
export type RoleIn<Agents> = {
  [Id in keyof Agents]: Agents[Id] extends { readonly role: infer Name extends string } ? Name : never;
}[keyof Agents];

/** Replies to the commands of a channel; never = only events and commands without reply. */
export type RepliesOn<Channel> = Channel extends { readonly carries: readonly (infer Type extends MessageType)[] }
  ? ReplyOf<Type>
  : never;

/** The ladders of a topology with the names that it declares; none where no request is carried. */
export interface CheckedLadders<Channels, Agents> {
  readonly channels: {
    readonly [Name in keyof Channels]: {
      readonly escalation?: string extends keyof Channels
        ? readonly EscalationRung[]
        : [RepliesOn<Channels[Name]>] extends [never]
          ? never
          : readonly EscalationRung<
              keyof Channels & string,
              keyof Agents & string,
              CapabilityIn<Agents>,
              RoleIn<Agents>
            >[];
    };
  };
}

/** Everything that {@link defineTopology} takes. */
export interface TopologySpec<Channels, Agents, Clients> {
  readonly channels: Channels;
  readonly agents: Agents;
  readonly clients?: Clients;
  readonly ingress?: Readonly<Record<string, IngressSpec>>;
  /** QoS profiles of the application, beside the neutral ones. */
  readonly profiles?: Readonly<Record<string, QosProfile>>;
  /** How many messages may lead to a message. @defaultValue 32 */
  readonly hopLimit?: number;
  /**
   * How often one chain of messages may pass the same agent or workflow with the same type and `subject`, 1 to 64.
   * @defaultValue 8
   */
  readonly cycleLimit?: number;
  /**
   * Deliveries that one conversation may have; an estimate from one delivery in 32 (docs/explanation/delivery.md). Also
   * the most messages that one handling may publish. @defaultValue 10,000
   */
  readonly conversationBudget?: number;
}

/** One typed description of who says what to whom over what; made by `defineTopology`. */
export interface Topology<
  Name extends string = string,
  Channels extends Record<string, ChannelSpec> = Record<string, ChannelSpec>,
  Agents extends Record<string, AgentSpec> = Record<string, AgentSpec>,
  Clients extends Record<string, ClientSpec> = Record<string, ClientSpec>,
> {
  readonly name: Name;
  readonly channels: Channels;
  readonly agents: Agents;
  readonly clients: Clients;
  readonly ingress: Readonly<Record<string, IngressSpec>>;
  /** Message types by name, the system's included. */
  readonly types: ReadonlyMap<string, MessageType>;
  /** The checked, serialisable form that everything is derived from. */
  readonly model: TopologyModel;
}

/** Channels of a topology, the system's included. */
export type AllChannels<Channels> = Channels & typeof SYSTEM_CHANNELS;

/** Name of a QoS profile that every topology has. */
export type DefaultProfile = keyof typeof DEFAULT_PROFILES;

/** Union of the types that a channel carries, by its name. */
export type CarriedBy<Channels, Name> = Name extends keyof AllChannels<Channels>
  ? AllChannels<Channels>[Name] extends { readonly carries: readonly (infer Type extends MessageType)[] }
    ? Type
    : never
  : never;

/** Union of the types that an agent hears. */
export type HeardBy<Channels, Agent> = Agent extends { readonly subscribes: readonly (infer Name)[] }
  ? CarriedBy<Channels, Name>
  : never;

/** Union of the events that answer commands. */
export type RepliesOf<Type> =
  Type extends CommandType<string, infer _Schema, infer Reply extends EventType> ? Reply : never;

/** Union of the types that an agent or client may publish. */
export type PublishedBy<Channels, Publisher> =
  | (Publisher extends { readonly publishes: readonly (infer Type extends MessageType)[] } ? Type : never)
  | RepliesOf<HeardBy<Channels, Publisher>>;
