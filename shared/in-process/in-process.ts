import type { DeadLetterEntry } from '../domain/delivery/dead-letter.js';
import type { Duration } from '../domain/base/duration.js';
import type { ExecutionDetail } from '../domain/execution/executions.js';
import type { LanewayClient } from '../client/laneway-client.js';
import type { CommandType, DataOf, InputOf, MessageType, ReplyOf } from '../message/message-type.js';
import type { ApprovalRecord } from '../operator/requests/decide-approval.js';
import type { Breakers } from '../operator/breakers/breakers.js';
import type { ChannelPause } from '../domain/pause/pause.js';
import type { ChannelStanding } from '../operator/pauses/pause-channel.js';
import type { Actor } from '../operator/operator-services.js';
import type { Retried } from '../operator/workflows/retry-workflow.js';
import type { AgentsAccess } from '../testing/harness/instances/harness-agents.js';
import type { Emergencies } from '../testing/harness/emergency/world-emergencies.js';
import type { HarnessConversation } from '../testing/harness/harness-conversation.js';
import type { Broadcast, BroadcastOptions } from '../publishing/broadcast/broadcast.js';
import type { ClientPublishOptions, RequestOptions } from '../publishing/client-options.js';
import type { Receipt } from '../publishing/publish-message.js';
import type { ChannelSpec, ClientSpec, PublishedBy } from '../topology/topology.js';
import type { Leftover, StopOptions } from './in-process-options.js';

/** Client in whose name a call publishes. */
export interface AsClient {
  /** Declared client that publishes. @defaultValue the first that declares the type */
  readonly as?: string;
}

/**
 * An application that runs in this process, on the real clock. Nothing of it survives the process: messages, requests,
 * workflows and ledger are in memory.
 */
export interface InProcess<
  Channels extends Record<string, ChannelSpec> = Record<string, ChannelSpec>,
  Clients extends Record<string, ClientSpec> = Record<string, ClientSpec>,
  Capability extends string = string,
> {
  /**
   * A declared client, with the methods and types that `connect` of `laneway/client` gives it for a deployed application.
   * @throws LanewayError UNKNOWN_CLIENT
   */
  client<const Id extends keyof NoInfer<Clients> & string>(
    id: Id,
  ): LanewayClient<PublishedBy<Channels, Clients[Id]>, Capability>;
  /**
   * Publishes a message as a client; when it returns, the message is in the ledger and in the lanes of its receivers. At
   * least once under one id, unordered.
   * @throws LanewayError SCHEMA, NOT_DECLARED, UNKNOWN_CLIENT, UNKNOWN_RECEIVER, TOO_LARGE; REFUSED when the application was stopped
   */
  publish<Type extends MessageType>(
    type: Type,
    data: InputOf<Type>,
    options?: ClientPublishOptions<Capability> & AsClient,
  ): Promise<Receipt>;
  /**
   * Publishes a command and waits for its reply.
   * @throws LanewayError REQUEST_TIMED_OUT, REQUEST_FAILED, those of `publish`; UNAVAILABLE when the application is stopped
   * meanwhile
   */
  request<Command extends CommandType>(
    command: Command,
    data: InputOf<Command>,
    options?: RequestOptions<Capability> & AsClient,
  ): Promise<DataOf<ReplyOf<Command>>>;
  /**
   * Asks each of several agents, and waits until all have answered or the time is over, as the client's `broadcast`.
   * @throws LanewayError as that; UNAVAILABLE when the application is stopped meanwhile
   */
  broadcast<Command extends CommandType>(
    command: Command,
    data: InputOf<Command>,
    options?: BroadcastOptions<Capability> & AsClient,
  ): Promise<Broadcast<DataOf<ReplyOf<Command>>>>;
  /** Takes a request of a client back, as the client's `cancel`. @returns false when there is no such request, or it has ended */
  cancel(requestId: string, why: string, options?: AsClient): Promise<boolean>;
  /**
   * Cuts an agent, a client or an ingress off, as `laneway quarantine` does. What waits for it stays in its lanes, its calls are
   * refused, and requests that wait for it move on with the next run of the sweeper. A name that is not the only one of its kind
   * takes the kind before it: `agent.clerk`.
   * @throws LanewayError NOT_FOUND, INVALID_OPTION without who or why
   */
  quarantine(name: string, actor: Actor): Promise<void>;
  /**
   * Ends a quarantine, as `laneway quarantine release` does. What waited is handled.
   * @throws LanewayError NOT_FOUND when it was never in quarantine, INVALID_OPTION without who or why
   */
  release(name: string, actor: Actor): Promise<void>;
  /**
   * Pauses a channel, as `laneway channels pause` does. Its messages wait in their lanes, untried, and expire as ever.
   * @returns the pause that is in force
   * @throws LanewayError UNKNOWN_CHANNEL, SYSTEM_CHANNEL, INVALID_OPTION without who or why
   */
  pauseChannel(channel: string, actor: Actor): Promise<ChannelPause>;
  /**
   * Has the messages of a channel handled again, as `laneway channels resume` does: within half a minute, or a quarter of the time for
   * which the channel was paused.
   * @returns the pause that was in force
   * @throws LanewayError UNKNOWN_CHANNEL, NOT_FOUND when it is not paused, INVALID_OPTION without who or why
   */
  resumeChannel(channel: string, actor: Actor): Promise<ChannelPause>;
  /** Every channel, with its pause and the time that is left to what waits meanwhile, as `laneway channels list` has them. */
  channels(): Promise<readonly ChannelStanding[]>;
  /** Instances of the application's agents: they are found, listed and drained. Each agent that was given has one. */
  readonly agents: AgentsAccess;
  /**
   * Circuit breakers of the agents' guarded calls, as `laneway breakers` shows and turns them. A message that waits at an open one comes
   * again by itself.
   */
  readonly breakers: Breakers;
  /** Emergencies, as `laneway emergency` declares and ends them. */
  readonly emergency: Emergencies;
  /** Puts an event of another system on the bus, for the application's ingress. */
  putEvent(event: { readonly source: string; readonly 'detail-type': string; readonly detail: unknown }): void;
  /** Approvals that workflows wait for, the one whose time is over first at the top. */
  approvals(): Promise<readonly ApprovalRecord[]>;
  /**
   * Decides an approval by its id, as `laneway approval` does.
   * @throws LanewayError NOT_FOUND, REFUSED when it has been decided, INVALID_OPTION without who or why
   */
  decide(approval: string, decision: 'approved' | 'rejected', actor: Actor): Promise<void>;
  /**
   * Answers a request that waits for a person, as `laneway requests answer` does.
   * @throws LanewayError NOT_FOUND, REFUSED when it has ended, SCHEMA, INVALID_OPTION without who or why
   */
  answer(requestId: string, data: unknown, actor: Actor): Promise<void>;
  /** Executions of workflows, oldest first. */
  executions(): Promise<readonly ExecutionDetail[]>;
  /**
   * Retries an execution that did not end well, as `laneway workflow retry` does.
   * @throws LanewayError NOT_FOUND, REFUSED, INVALID_OPTION without who or why
   */
  retry(execution: string, actor: Actor): Promise<Retried>;
  /** The conversation as the ledger has it now. */
  conversation(correlationId: string): HarnessConversation;
  /** Ids of all conversations, oldest first. */
  conversations(): readonly string[];
  /** Messages that were given up, with the reason, by conversation, oldest first. */
  deadLetters(): Promise<readonly DeadLetterEntry[]>;
  /**
   * Waits until nothing is in flight: no copy in a lane whose agent was given, no open request, no running workflow. A workflow that
   * waits for a time or a person is in flight.
   * @throws LanewayError REQUEST_TIMED_OUT when that takes longer than `timeout` (without one it waits as long as it takes);
   * UNAVAILABLE when the application is stopped meanwhile
   */
  settled(options?: { readonly timeout?: Duration }): Promise<void>;
  /**
   * Stops the application: it takes no more, handlings that run are waited for, then its timers end and it no longer keeps
   * the process alive. Handlings that take longer are given up: their signals abort. A second call has the result of the first.
   * @returns the work that was not done, and is lost
   */
  stop(options?: StopOptions): Promise<Leftover>;
}
