import type { Duration } from '../domain/duration.js';
import type { Priority } from '../domain/priority.js';
import type { QosInput, QosProfile } from '../domain/qos.js';
import type { DEFAULT_PROFILES } from '../domain/qos.js';
import type { CommandType, EventType, MessageType } from '../message/message-type.js';
import type { SYSTEM_CHANNELS } from '../message/system-messages.js';
import type { TopologyModel } from './model.js';

/** A channel as declared. */
export interface ChannelSpec {
  readonly carries: readonly [MessageType, ...MessageType[]];
  readonly qos?: QosInput;
  /** The carrier to take for a type that several channels carry and whose publisher names none. */
  readonly default?: boolean;
  readonly description?: string;
}

/** An agent as declared. `Channel` is the union of channel names. */
export interface AgentSpec<Channel extends string = string> {
  readonly subscribes: readonly Channel[];
  /** Types it may publish besides the replies to the commands it handles. */
  readonly publishes?: readonly MessageType[];
  readonly role?: string;
  readonly capabilities?: readonly string[];
  /** Longest time one handler may take. @defaultValue '30 seconds' */
  readonly handlerTimeout?: Duration;
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

type Carried<Channels, Name> = Name extends keyof AllChannels<Channels>
  ? AllChannels<Channels>[Name] extends { readonly carries: readonly (infer Type extends MessageType)[] }
    ? Type
    : never
  : never;

/** Union of the types that an agent hears. */
export type HeardBy<Channels, Agent> = Agent extends { readonly subscribes: readonly (infer Name)[] }
  ? Carried<Channels, Name>
  : never;

type RepliesOf<Type> = Type extends CommandType<string, infer _Schema, infer Reply extends EventType> ? Reply : never;

/** Union of the types that an agent or client may publish. */
export type PublishedBy<Channels, Publisher> =
  | (Publisher extends { readonly publishes: readonly (infer Type extends MessageType)[] } ? Type : never)
  | RepliesOf<HeardBy<Channels, Publisher>>;
