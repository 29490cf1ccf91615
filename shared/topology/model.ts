import type { Duration } from '../domain/base/duration.js';
import type { Rung } from '../domain/request/ladder.js';
import type { Priority } from '../domain/base/priority.js';
import type { HealthLimits } from '../domain/registry/health-limits.js';
import type { QosProfile } from '../domain/delivery/qos.js';
import type { Pace, RateLimit } from '../domain/rate/rate-limit.js';
import type { SelectionModel } from '../domain/selection/selection.js';

/** A message type of a topology's model, without its schema. */
export interface TypeModel {
  /** Name of the type. */
  readonly name: string;
  /** Event or command. */
  readonly kind: 'event' | 'command';
  /** Number of the latest version, from 1. */
  readonly version: number;
  /** Name of the event that answers the command; absent for an event and for a command without reply. */
  readonly reply?: string;
}

/** A channel with its QoS profile resolved and its subscribers found. */
export interface ChannelModel {
  /** Name of the channel. */
  readonly name: string;
  /** Names of the types that it carries. */
  readonly carries: readonly string[];
  /** Quality of service, complete. */
  readonly qos: QosProfile;
  /** True when it is taken for a type that several channels carry and whose publisher names none. */
  readonly default: boolean;
  /** Ids of the agents that subscribe, in the order of their declaration. */
  readonly subscribers: readonly string[];
  /** True for a channel of the framework. */
  readonly system: boolean;
  /** Escalation ladder: the rungs that follow an attempt of a request that failed or timed out. */
  readonly escalation?: readonly Rung[];
  /** Choice of the one agent that gets a command; absent for the first subscriber that fits. */
  readonly selection?: SelectionModel;
  /** Time by which progress may move a request beyond its deadline, milliseconds. @defaultValue 0 */
  readonly extension?: number;
  /** Messages that are published on it a second; absent without a limit. */
  readonly rateLimit?: RateLimit;
  /** Text for readers of the topology; the stored model keeps it. */
  readonly description?: string;
}

/** Runtime of an agent: `lambda`, a Lambda function of its own, or `worker`, processes that its owner starts. */
export type AgentRuntime = 'lambda' | 'worker';

/** An agent with everything derived from its channels. */
export interface AgentModel {
  /** Id of the agent, unique in the topology. */
  readonly id: string;
  /** Runtime: a Lambda function of its own, or processes that its owner starts. */
  readonly runs: AgentRuntime;
  /** Role by which messages may be addressed to it. */
  readonly role?: string;
  /** Capabilities by which messages may be addressed to it. */
  readonly capabilities: readonly string[];
  /** Proficiency in each capability, above 0 and up to 1; absent when the agent declares none. @defaultValue 1 for each */
  readonly proficiency?: Readonly<Record<string, number>>;
  /** Names of the channels that it subscribes to. */
  readonly subscribes: readonly string[];
  /** Names of the types that it hears. */
  readonly handles: readonly string[];
  /** Names of the types that it may publish, replies and acknowledgements included. */
  readonly publishes: readonly string[];
  /** Its lanes, highest priority first: those that its channels can use. */
  readonly lanes: readonly Priority[];
  /** Messages that one instance handles side by side at most; absent when its process alone decides. */
  readonly maxConcurrentTasks?: number;
  /** Limits of its resources that are not those of every agent. */
  readonly health?: Partial<HealthLimits>;
  /** Longest time of one handling. */
  readonly handlerTimeout: Duration;
  /** Least time that one of its commands takes; absent when it does not say. */
  readonly needs?: Duration;
  /** Messages a second into its handlers; absent without a pace. */
  readonly pace?: Pace;
  /** Text for readers of the topology; it is also the description of the agent's Lambda function. */
  readonly description?: string;
}

/** A client and the types that it may publish. */
export interface ClientModel {
  /** Id of the client, unique among the clients. */
  readonly id: string;
  /** Names of the types that it may publish. */
  readonly publishes: readonly string[];
  /** True when it may look who works for the application. @defaultValue false */
  readonly findsAgents?: true;
  /** Messages that it publishes a second; absent without a limit. */
  readonly rateLimit?: RateLimit;
}

/** An ingress of a topology's model, without its `map` function. */
export interface IngressModel {
  /** Name of the ingress. */
  readonly name: string;
  /** EventBridge pattern over the foreign event. */
  readonly pattern: Readonly<Record<string, unknown>>;
  /** Name of the event type that the foreign event becomes. */
  readonly as: string;
  /** Events that it takes a second; absent without a limit. */
  readonly rateLimit?: RateLimit;
}

/** A topology as plain data: checked, complete, serialisable. */
export interface TopologyModel {
  /** Name of the application. */
  readonly name: string;
  /** Message types by name, the framework's included. */
  readonly types: Readonly<Record<string, TypeModel>>;
  /** Channels by name, the framework's included. */
  readonly channels: Readonly<Record<string, ChannelModel>>;
  /** Agents by id. */
  readonly agents: Readonly<Record<string, AgentModel>>;
  /** Clients by id. */
  readonly clients: Readonly<Record<string, ClientModel>>;
  /** Ingresses by name. */
  readonly ingress: Readonly<Record<string, IngressModel>>;
  /** Descriptions of the capabilities by name; absent when the topology describes none. */
  readonly capabilities?: Readonly<Record<string, string>>;
  /** Time of a request whose call gives none; absent when the topology does not say. */
  readonly requestTimeout?: Duration;
  /** Interval of the heartbeats of workers; absent when the topology does not say. */
  readonly heartbeat?: Duration;
  /** Number of hops from which a message is refused as HOP_LIMIT. */
  readonly hopLimit: number;
  /** Times that a chain of messages may pass one agent with one type and subject. */
  readonly cycleLimit: number;
  /** Deliveries that a conversation may have at one receiver. */
  readonly conversationBudget: number;
}
