import type { Duration } from '../domain/base/duration.js';
import type { Priority } from '../domain/base/priority.js';
import type { HealthLimits } from '../domain/registry/health-limits.js';
import type { QosInput, QosProfile, DEFAULT_PROFILES } from '../domain/delivery/qos.js';
import type { CommandType, EventType, MessageType, ReplyOf } from '../message/message-type.js';
import type { SYSTEM_CHANNELS } from '../message/system-messages.js';
import type { TopologyDefaults } from './defaults/topology-defaults.js';
import type { PaceSpec, RateLimitSpec } from '../domain/rate/rate-limit.js';
import type { AgentRuntime, TopologyModel } from './model.js';
import type { CapabilitySpec, DeclaredCapabilities, SelectionSpec } from './selection/selection-spec.js';

/** A channel as declared. */
export interface ChannelSpec {
  /** Message types that may be published on the channel, at least one. */
  readonly carries: readonly [MessageType, ...MessageType[]];
  /** Quality of service. @defaultValue the profile `standard` */
  readonly qos?: QosInput;
  /**
   * Set to true on the carrier that is taken for a type which several channels carry and whose publisher names none.
   * @defaultValue false
   */
  readonly default?: boolean;
  /**
   * Escalation ladder: the rungs that follow an attempt of a request on this channel that times out or fails, in this
   * order: retry, another agent, another channel, a person. After the last rung, and without a ladder, the request
   * ends.
   */
  readonly escalation?: readonly EscalationRung[];
  /**
   * Choice of the one agent that gets a command, for a channel that carries commands. @defaultValue 'first': the first
   * declared subscriber that fits
   */
  readonly selection?: SelectionSpec;
  /**
   * Time by which `progress` may move a request beyond the deadline that its requester gave, in all. @defaultValue not
   * at all: progress moves the end of an attempt, within that deadline
   */
  readonly extension?: Duration;
  /** Messages that are published on it a second, by clients, ingresses and agents. @defaultValue no limit */
  readonly rateLimit?: RateLimitSpec;
  /** Text for readers of the topology; the stored model keeps it. */
  readonly description?: string;
}

/**
 * One rung of an escalation ladder. `timeout` is the time of one attempt, at least 6 seconds. Attempts that declare
 * none share the rest of the request's time equally. The whole ladder lies within the deadline of the request.
 */
export type EscalationRung<
  Channel extends string = string,
  Agent extends string = string,
  Capability extends string = string,
  Role extends string = string,
> =
  /** The same agent, asked again up to `retry` times; its `timeout` is the first attempt's as well. */
  | {
      readonly retry: number;
      readonly timeout?: Duration;
      /** Pause before each repetition, doubled every time. @defaultValue 1 second to 1 minute */
      readonly backoff?: { readonly first: Duration; readonly most: Duration };
    }
  /** The next declared subscriber of the channel that fits and has not been asked. */
  | {
      readonly agent: 'another' | Agent | { readonly capability: Capability } | { readonly role: Role };
      /** Number of such agents that are asked, one after the other. @defaultValue 1 */
      readonly times?: number;
      readonly timeout?: Duration;
    }
  /** Another channel that carries the command: its first subscriber that has not been asked, else its first. */
  | { readonly channel: Channel; readonly timeout?: Duration }
  /** A person, told by `PersonNeeded` on `system.people`; the duration is the time to answer. */
  | { readonly person: Duration }
  /** The end, for a ladder that states it; it changes nothing. */
  | 'abort';

/** An agent as declared. `Channel` is the union of channel names, `Capability` that of declared capabilities. */
export interface AgentSpec<Channel extends string = string, Capability extends string = string> {
  /** Names of the channels that it subscribes to; it handles every type that they carry. */
  readonly subscribes: readonly Channel[];
  /** Types it may publish besides the replies to the commands it handles. */
  readonly publishes?: readonly MessageType[];
  /** Role by which messages may be addressed to it. */
  readonly role?: string;
  /** Capabilities by which messages may be addressed to it, with its proficiency where it says so. */
  readonly capabilities?: DeclaredCapabilities<Capability>;
  /**
   * Runtime of the agent. `lambda`: a Lambda function of its own, which its lanes invoke. `worker`: processes that you
   * start (`laneway worker run`, or `WorkerService` of `laneway/cdk`); it has its lanes and a policy, and no function.
   * @defaultValue 'lambda'
   */
  readonly runs?: AgentRuntime;
  /**
   * Messages that one instance handles side by side at most, for an agent that runs as a worker: within the `concurrency` of its
   * process, which all agents of the process share. @defaultValue the `concurrency` of its process
   */
  readonly maxConcurrentTasks?: number;
  /**
   * Shares from which its resources count as used up, each above 0 and up to 1. `failures`: of its tries within five minutes, from 20 of
   * them on; an instance beyond it has failed. `tasks`: messages in hand of those that its instances handle side by side at most.
   * `memory`: of its process. An agent on Lambda may have `tasks` alone, which counts where its function has a bound.
   * @defaultValue `failures` 0.5, `tasks` 0.9, `memory` 0.9
   */
  readonly health?: Partial<HealthLimits>;
  /** Longest time one handler may take. @defaultValue '30 seconds' */
  readonly handlerTimeout?: Duration;
  /**
   * Least time that one of its commands takes. A command whose deadline is nearer than this is not started but answered
   * with `RequestFailed`, code `TOO_LATE`. @defaultValue none: a command is refused only once its deadline has passed
   */
  readonly needs?: Duration;
  /**
   * Messages a second into its handlers, for what they call: what comes faster waits untried. Messages of the system are not counted.
   * Each process has the pace for itself, unless it is `exact`. @defaultValue as fast as they end
   */
  readonly pace?: PaceSpec;
  /** Text for readers of the topology; it is also the description of the agent's Lambda function. */
  readonly description?: string;
}

/** A client as declared: a publisher that is no agent. */
export interface ClientSpec {
  /** Types that the client may publish; IAM and every receiver check it. */
  readonly publishes: readonly MessageType[];
  /** True for a client that may look who works for the application: `agents.find`. @defaultValue false */
  readonly findsAgents?: boolean;
  /** Messages that it publishes a second. @defaultValue no limit */
  readonly rateLimit?: RateLimitSpec;
  /** Text for readers of the topology. */
  readonly description?: string;
}

/** An EventBridge event of another system, as the bus delivers it. */
export interface ForeignEvent {
  /** Id that the other system gave the event; the same event starts the same conversation. */
  readonly id: string;
  /** Source of the event, such as `aws.s3`. */
  readonly source: string;
  /** Kind of the event. */
  readonly 'detail-type': string;
  /** Instant of the event, ISO 8601. */
  readonly time: string;
  /** Content of the event. */
  readonly detail: unknown;
}

/** An ingress as declared: events of another system that become messages. */
export interface IngressSpec {
  /** EventBridge pattern over the foreign event; must name its `source`. */
  readonly pattern: Readonly<Record<string, unknown>>;
  /** Event type of the message. */
  readonly as: EventType;
  /**
   * Makes the payload of the message from the event; a payload that does not fit the schema becomes a dead letter with
   * the reason.
   */
  readonly map: (event: ForeignEvent) => unknown;
  /** Priority of the message; one that the channel does not use is a dead letter. @defaultValue the channel's for `normal` */
  readonly priority?: (event: ForeignEvent) => Priority;
  /** Events that it takes a second. @defaultValue no limit */
  readonly rateLimit?: RateLimitSpec;
}

/** Union of the capabilities that agents are declared with. */
export type CapabilityIn<Agents> = {
  [Id in keyof Agents]: Agents[Id] extends { readonly capabilities: infer Declared }
    ? Declared extends readonly (infer Name extends string)[]
      ? Name
      : keyof Declared & string
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

/** Commands of a channel; never = only events. */
export type CommandsOn<Channel> = Channel extends { readonly carries: readonly (infer Type extends MessageType)[] }
  ? Extract<Type, CommandType>
  : never;

/**
 * Compile-time check of escalation ladders and selections: ladders name channels, agents, capabilities and roles of the
 * same topology. A channel that carries no request has no ladder, and one that carries no command no selection.
 */
export interface CheckedLadders<Channels, Agents> {
  /** Checks by the name of the channel. */
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
      readonly selection?: string extends keyof Channels
        ? SelectionSpec
        : [CommandsOn<Channels[Name]>] extends [never]
          ? never
          : SelectionSpec;
    };
  };
}

/** Declaration of a topology, as {@link defineTopology} takes it. */
export interface TopologySpec<
  Channels,
  Agents,
  Clients,
  Capabilities extends Record<string, CapabilitySpec> = Record<string, CapabilitySpec>,
> {
  /** Channels by name, besides those of the framework. */
  readonly channels: Channels;
  /** Agents by id. */
  readonly agents: Agents;
  /** Clients by id. @defaultValue none */
  readonly clients?: Clients;
  /** Ingresses by name. @defaultValue none */
  readonly ingress?: Readonly<Record<string, IngressSpec>>;
  /**
   * Capabilities of the application, described. Agents then have no others, and each is one that some agent has.
   * @defaultValue those that agents name, without descriptions
   */
  readonly capabilities?: Capabilities;
  /** Times and tries of the whole topology, for channels, agents and calls that do not say. @defaultValue those of the framework */
  readonly defaults?: TopologyDefaults;
  /**
   * True for an application that operators can declare an emergency for: every agent gets a lane of its own by which it hears of it, and
   * clients and ingresses look whether the intake is stopped. @defaultValue false
   */
  readonly emergency?: boolean;
  /** QoS profiles of the application, beside the neutral ones. */
  readonly profiles?: Readonly<Record<string, QosProfile>>;
  /** Length at which a chain of messages ends: a message that so many led to is refused as HOP_LIMIT. @defaultValue 32 */
  readonly hopLimit?: number;
  /**
   * Times that one chain of messages may pass the same agent or workflow with the same type and `subject`, 1 to 64.
   * @defaultValue 8
   */
  readonly cycleLimit?: number;
  /**
   * Deliveries that one conversation may have at one receiver; an estimate from one delivery in 32
   * (docs/explanation/delivery.md). Also the most messages that one handling may publish. @defaultValue 10,000
   */
  readonly conversationBudget?: number;
}

/** An application's typed topology: message types, channels, agents, clients and ingresses. `defineTopology` makes it. */
export interface Topology<
  Name extends string = string,
  Channels extends Record<string, ChannelSpec> = Record<string, ChannelSpec>,
  Agents extends Record<string, AgentSpec> = Record<string, AgentSpec>,
  Clients extends Record<string, ClientSpec> = Record<string, ClientSpec>,
> {
  /** Name of the application; it is part of sources and stack names. */
  readonly name: Name;
  /** Channels as declared, by name. */
  readonly channels: Channels;
  /** Agents as declared, by id. */
  readonly agents: Agents;
  /** Clients as declared, by id. */
  readonly clients: Clients;
  /** Ingresses as declared, by name. */
  readonly ingress: Readonly<Record<string, IngressSpec>>;
  /** Message types by name, the system's included. */
  readonly types: ReadonlyMap<string, MessageType>;
  /** The checked, serialisable form of the topology, from which all else is derived. */
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
