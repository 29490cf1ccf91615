import type { Duration } from '../domain/base/duration.js';
import type { Rung } from '../domain/request/ladder.js';
import type { Priority } from '../domain/base/priority.js';
import type { QosProfile } from '../domain/delivery/qos.js';

/** A message type without its schema. */
export interface TypeModel {
  readonly name: string;
  readonly kind: 'event' | 'command';
  readonly version: number;
  readonly reply?: string;
}

/** A channel with its QoS profile resolved and its subscribers found. */
export interface ChannelModel {
  readonly name: string;
  readonly carries: readonly string[];
  readonly qos: QosProfile;
  readonly default: boolean;
  /** Agents in the order of their declaration. */
  readonly subscribers: readonly string[];
  readonly system: boolean;
  /** What follows when an attempt of a request fails. */
  readonly escalation?: readonly Rung[];
  /** How far progress may move a request beyond its deadline, milliseconds. */
  readonly extension?: number;
  readonly description?: string;
}

/** Where an agent runs: `lambda` = a Lambda function of its own; `worker` = processes that its owner starts. */
export type AgentRuntime = 'lambda' | 'worker';

/** An agent with everything derived from its channels. */
export interface AgentModel {
  readonly id: string;
  /** Where it runs: in a Lambda function of its own, or in processes that its owner starts. */
  readonly runs: AgentRuntime;
  readonly role?: string;
  readonly capabilities: readonly string[];
  readonly subscribes: readonly string[];
  /** Types it hears. */
  readonly handles: readonly string[];
  /** Types it may publish, replies included. */
  readonly publishes: readonly string[];
  /** Its lanes, highest priority first: those that its channels can use. */
  readonly lanes: readonly Priority[];
  readonly handlerTimeout: Duration;
  /** Least time that one of its commands takes; absent when it does not say. */
  readonly needs?: Duration;
  readonly description?: string;
}

/** A client and what it may publish. */
export interface ClientModel {
  readonly id: string;
  readonly publishes: readonly string[];
}

/** An ingress without its map. */
export interface IngressModel {
  readonly name: string;
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly as: string;
}

/** A topology as plain data: checked, complete, serialisable. */
export interface TopologyModel {
  readonly name: string;
  readonly types: Readonly<Record<string, TypeModel>>;
  readonly channels: Readonly<Record<string, ChannelModel>>;
  readonly agents: Readonly<Record<string, AgentModel>>;
  readonly clients: Readonly<Record<string, ClientModel>>;
  readonly ingress: Readonly<Record<string, IngressModel>>;
  readonly hopLimit: number;
  /** How often a chain of messages may pass one agent with one type and subject. */
  readonly cycleLimit: number;
  /** Deliveries that a conversation may have. */
  readonly conversationBudget: number;
}
