import { awsClients } from '../aws/clients.js';
import { DynamoIntentStore } from '../aws/dynamo-intent-store.js';
import { DynamoLedgerReader } from '../aws/dynamo-ledger-reader.js';
import { DynamoPendingStore } from '../aws/dynamo-pending-store.js';
import { EventBridgeBus } from '../aws/event-bridge-bus.js';
import { S3PayloadStore } from '../aws/s3-payload-store.js';
import { SqsLaneSender } from '../aws/sqs-lane-sender.js';
import { SqsTimerQueue } from '../aws/sqs-timer-queue.js';
import { payloadOf } from '../domain/claim-check.js';
import type { LedgerEntry } from '../domain/conversation.js';
import { milliseconds, type Duration } from '../domain/duration.js';
import { LanewayError, unknownName } from '../domain/errors.js';
import { errorFrom } from '../domain/dead-letter.js';
import type { Priority } from '../domain/priority.js';
import {
  decodeData,
  type CommandType,
  type DataOf,
  type InputOf,
  type MessageType,
  type ReplyOf,
} from '../message/message-type.js';
import type { PublishOptions } from '../topology/compose-message.js';
import { outputKey, WORKFLOW_START_OUTPUT } from '../topology/output-key.js';
import { checkStartSize } from '../topology/check-start-size.js';
import { cancelRequestOf } from '../topology/cancel-request-of.js';
import { publishMessage, type Publishing, type Receipt } from '../topology/publish-message.js';
import type { AgentSpec, ChannelSpec, ClientSpec, PublishedBy, Topology } from '../topology/topology.js';
import { findDeployment, outputOf, type Deployment, type FindOptions } from './deployment.js';
import { followConversation } from './follow-conversation.js';

/** Options of {@link Laneway.publish}. */
export interface ClientPublishOptions extends PublishOptions {
  /** Conversation to join. @defaultValue a new one */
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly tenant?: string;
  /** On whose behalf. */
  readonly actor?: string;
  /** Id of the message: publishing it again is the same message. @defaultValue a new one */
  readonly id?: string;
}

/** Options of {@link Laneway.request}. */
export interface RequestOptions extends Omit<ClientPublishOptions, 'deadline'> {
  readonly timeout: Duration;
  /** Aborting it takes the request back ({@link Laneway.cancel}) and ends the wait with what it was aborted with. */
  readonly signal?: AbortSignal;
}

/** A connection of a declared client to a deployed application. `Type` = types the client may publish. */
export interface Laneway<Type extends MessageType> {
  /**
   * Publishes a message; when it returns, the message is in the ledger and on the bus. At least once under one id,
   * unordered.
   * @throws LanewayError SCHEMA, NOT_DECLARED, UNKNOWN_RECEIVER, REFUSED; PUBLISH when the bus did not take it yet: the
   * reconciler will send it
   */
  publish<Published extends Type>(
    type: Published,
    data: InputOf<Published>,
    options?: ClientPublishOptions,
  ): Promise<Receipt>;
  /**
   * Publishes a command and waits for its reply by reading the pending record (every 50 ms, growing to 1 s).
   * @throws LanewayError REQUEST_TIMED_OUT, REQUEST_FAILED, and those of `publish`
   */
  request<Command extends Extract<Type, CommandType>>(
    command: Command,
    data: InputOf<Command>,
    options: RequestOptions,
  ): Promise<DataOf<ReplyOf<Command>>>;
  /**
   * Takes a request of a client of this application back: its command is not started if it has not been, nor are the
   * requests that were made for it; it ends as failed, `CANCELLED`, unless it has ended before. When the call returns,
   * `RequestCancelled` is published; it may come after the reply. A request that times out need not be taken back: what
   * is asked for in its name has its deadline.
   * @returns false when there is no such request, or it has ended
   * @throws LanewayError REFUSED, PUBLISH, UNAVAILABLE
   */
  cancel(requestId: string, why: string): Promise<boolean>;
  /**
   * The conversation's ledger entries, each as it appears or changes. Ends when no delivery and no workflow of it has
   * been in flight for two seconds; to stop earlier, leave the loop or abort the signal.
   */
  conversation(correlationId: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<LedgerEntry>;
  /** Where the application is: the outputs of its stacks. */
  readonly deployment: Deployment;
}

/** Options of {@link connect}. */
export interface ConnectOptions<Id extends string> extends FindOptions {
  readonly as: Id;
}

/**
 * Connects a declared client to the deployed application; everything else is found in the outputs of its stacks.
 * @throws LanewayError UNKNOWN_CLIENT, NOT_FOUND
 */
export async function connect<
  Name extends string,
  Channels extends Record<string, ChannelSpec>,
  Agents extends Record<string, AgentSpec>,
  Clients extends Record<string, ClientSpec>,
  const Id extends keyof NoInfer<Clients> & string,
>(
  topology: Topology<Name, Channels, Agents, Clients>,
  options: ConnectOptions<Id>,
): Promise<Laneway<PublishedBy<Channels, Clients[Id]>>> {
  return connectAs(topology, options);
}

/** As {@link connect}, for a client whose name is known only at run time (the CLI). */
export async function connectAs(topology: Topology, options: ConnectOptions<string>): Promise<Laneway<MessageType>> {
  const client = topology.model.clients[options.as];
  if (!client)
    throw unknownName(
      'UNKNOWN_CLIENT',
      `'${options.as}' is no client of '${topology.name}'`,
      options.as,
      Object.keys(topology.model.clients),
      topology.name,
    );
  const deployment = await findDeployment(topology.name, options);
  const publishing = publishingOver(topology, options.as, deployment);
  const publish = async (type: MessageType, data: unknown, given: ClientPublishOptions = {}): Promise<Receipt> => {
    if (!client.publishes.includes(type.name)) {
      throw unknownName(
        'NOT_DECLARED',
        `client '${client.id}' publishes ${type.name}, which it does not declare`,
        type.name,
        client.publishes,
        `${topology.name}, clients.${client.id}`,
      );
    }
    checkStartSize(type.name, data, workflowsStartedBy(type.name, deployment));
    const { correlationId, causationId, tenant, actor, id, ...rest } = given;
    return publishMessage(publishing, type, data, rest, {
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(causationId === undefined ? {} : { causationId }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(actor === undefined ? {} : { actor }),
      ...(id === undefined ? {} : { id }),
      waiter: { kind: 'client' },
    });
  };
  return {
    publish,
    request: async (command, data, { timeout, signal, ...given }) => {
      signal?.throwIfAborted();
      const receipt = await publish(command, data, { ...given, deadline: timeout });
      try {
        return (await awaitReply(publishing, command, receipt, milliseconds(timeout), signal)) as never;
      } catch (error) {
        if (signal?.aborted === true && receipt.requestId !== undefined)
          await cancelRequestOf(publishing, receipt.requestId, 'whoever asked no longer waits');
        throw error;
      }
    },
    cancel: (requestId, why) => cancelRequestOf(publishing, requestId, why),
    conversation: (correlationId, follow = {}) =>
      followConversation(
        new DynamoLedgerReader(awsClients().documents, outputOf(deployment, 'LedgerTable'), publishing.payloads),
        correlationId,
        follow.signal,
      ),
    deployment,
  };
}

/** Workflows that a type starts, as the outputs of the stacks name them. */
function workflowsStartedBy(type: string, deployment: Deployment): string[] {
  return Object.entries(deployment).flatMap(([key, value]) =>
    key.startsWith(WORKFLOW_START_OUTPUT) && value === type ? [key.slice(WORKFLOW_START_OUTPUT.length)] : [],
  );
}

function publishingOver(topology: Topology, name: string, deployment: Deployment): Publishing {
  const clients = awsClients();
  const lanes: Record<string, Partial<Record<Priority, string>>> = {};
  for (const agent of Object.values(topology.model.agents)) {
    const own: Partial<Record<Priority, string>> = {};
    for (const lane of agent.lanes) {
      const url = deployment[outputKey('Lane', agent.id, lane)];
      if (url !== undefined) own[lane] = url;
    }
    lanes[agent.id] = own;
  }
  const payloads = new S3PayloadStore(clients.s3, outputOf(deployment, 'PayloadBucket'));
  return {
    topology,
    kind: 'client',
    name,
    clock: { now: () => Date.now() },
    intents: new DynamoIntentStore(clients.documents, outputOf(deployment, 'LedgerTable'), payloads),
    payloads,
    senders: {
      bus: new EventBridgeBus(clients.eventBridge, outputOf(deployment, 'Bus')),
      lanes: new SqsLaneSender(clients.sqs, lanes),
      pending: new DynamoPendingStore(clients.documents, outputOf(deployment, 'PendingTable')),
      timers: new SqsTimerQueue(clients.sqs, outputOf(deployment, 'TimerQueue')),
    },
  };
}

/** Pauses between two looks at the record of a request: the first, and the longest that they grow to. */
export const FIRST_LOOK_MS = 50;
export const LONGEST_LOOK_MS = 1_000;

/** The platform says when a request has ended; this is for that to be written. */
export const PLATFORM_MARGIN_MS = 15_000;

async function awaitReply(
  publishing: Publishing,
  command: CommandType,
  receipt: Receipt,
  timeout: number,
  signal?: AbortSignal,
): Promise<unknown> {
  const { requestId } = receipt;
  const reply = command.reply;
  if (requestId === undefined || !reply) {
    throw new LanewayError('INVALID_OPTION', `${command.name} names no reply`, {
      help: ['publish it, or declare it with { reply: ... }'],
    });
  }
  const pending = publishing.senders.pending;
  let giveUp = publishing.clock.now() + timeout + PLATFORM_MARGIN_MS;
  for (let pause = FIRST_LOOK_MS; publishing.clock.now() < giveUp; pause = Math.min(LONGEST_LOOK_MS, pause * 1.3)) {
    signal?.throwIfAborted();
    const record = await pending?.get(requestId);
    const outcome = record?.outcome;
    // Progress may have moved the deadline.
    if (record) giveUp = Math.max(giveUp, Date.parse(record.deadline) + PLATFORM_MARGIN_MS);
    if (outcome?.state === 'replied')
      return decodeData(reply, await payloadOf(outcome, publishing.payloads), outcome.dataschema);
    if (outcome?.state === 'failed') {
      throw new LanewayError('REQUEST_FAILED', `${command.name} ${requestId} failed: ${outcome.error.message}`, {
        cause: errorFrom(outcome.error),
      });
    }
    if (outcome?.state === 'timed-out') break;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new LanewayError('REQUEST_TIMED_OUT', `${command.name} ${requestId} was not answered within ${timeout} ms`, {
    help: [`follow it: laneway trace ${receipt.correlationId}`],
  });
}
