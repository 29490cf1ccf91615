import type { LedgerEntry } from '../domain/evidence/conversation.js';
import type { CommandType, DataOf, InputOf, MessageType, ReplyOf } from '../message/message-type.js';
import type { ClientPublishOptions, RequestOptions } from '../publishing/client-options.js';
import type { Broadcast, BroadcastOptions } from '../publishing/broadcast/broadcast.js';
import type { AgentFinder } from '../topology/registry/find-agents.js';
import type { Receipt } from '../publishing/publish-message.js';

/**
 * A declared client of an application, wherever that runs. `Type` = types the client may publish, `Capability` = the
 * capabilities of its agents.
 */
export interface LanewayClient<Type extends MessageType, Capability extends string = string> {
  /**
   * Publishes a message; when it returns, the message is in the ledger and on the bus. At least once under one id,
   * unordered.
   * @throws LanewayError INTAKE_STOPPED in an emergency; SCHEMA, NOT_DECLARED, UNKNOWN_RECEIVER, UNKNOWN_CAPABILITY, NOBODY_AVAILABLE, REFUSED; PUBLISH when the bus did not take it yet: the
   * sweeper will send it
   */
  publish<Published extends Type>(
    type: Published,
    data: InputOf<Published>,
    options?: ClientPublishOptions<Capability>,
  ): Promise<Receipt>;
  /**
   * Publishes a command and waits for its reply: on AWS by reading the pending record (every 50 ms, growing to 1 s), in process
   * until the request has ended.
   * @throws LanewayError REQUEST_TIMED_OUT, REQUEST_FAILED, and those of `publish`
   */
  request<Command extends Extract<Type, CommandType>>(
    command: Command,
    data: InputOf<Command>,
    options?: RequestOptions<Capability>,
  ): Promise<DataOf<ReplyOf<Command>>>;
  /**
   * Asks each of several agents, and waits until all have answered or the time is over. Nobody is missed in silence: whoever does not
   * answer is named in the result, and nobody answers for another. Under the same `id` it is the same broadcast, whose end a program
   * that has died can so look up.
   * @throws LanewayError INVALID_OPTION for a channel whose ladder asks others, and those of `publish`; none for agents that are missing
   */
  broadcast<Command extends Extract<Type, CommandType>>(
    command: Command,
    data: InputOf<Command>,
    options?: BroadcastOptions<Capability>,
  ): Promise<Broadcast<DataOf<ReplyOf<Command>>>>;
  /**
   * Takes a request of a client of this application back. Its command is not started if it has not been, nor are the
   * requests that were made for it. It ends as failed, `CANCELLED`, unless it has ended before. When the call returns,
   * `RequestCancelled` is published; it may come after the reply. A request that times out need not be taken back: the requests
   * made for it have its deadline.
   * @returns false when there is no such request, or it has ended
   * @throws LanewayError REFUSED, PUBLISH, UNAVAILABLE
   */
  cancel(requestId: string, why: string): Promise<boolean>;
  /** Instances of the application's agents. The client declares `findsAgents`. */
  readonly agents: AgentFinder;
  /**
   * The conversation's ledger entries, each as it appears or changes. Ends when no delivery and no workflow of it has
   * been in flight for two seconds; to stop earlier, leave the loop or abort the signal.
   */
  conversation(correlationId: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<LedgerEntry>;
}
