import { awsClients } from '../aws/base/clients.js';
import { DynamoIntentStore } from '../aws/dynamo/dynamo-intent-store.js';
import { DynamoLedgerReader } from '../aws/dynamo/dynamo-ledger-reader.js';
import { DynamoPendingStore } from '../aws/dynamo/dynamo-pending-store.js';
import { EventBridgeBus } from '../aws/events/event-bridge-bus.js';
import { S3PayloadStore } from '../aws/s3/s3-payload-store.js';
import { SqsLaneSender } from '../aws/sqs/sqs-lane-sender.js';
import { SqsTimerQueue } from '../aws/sqs/sqs-timer-queue.js';
import { milliseconds } from '../domain/base/duration.js';
import { LanewayError, unknownName } from '../domain/base/errors.js';
import type { Priority } from '../domain/base/priority.js';
import type { CommandType, MessageType } from '../message/message-type.js';
import { standingOf, type ClientPublishOptions } from '../publishing/client-options.js';
import { readReply, replyTypeOf } from '../topology/read-reply.js';
import { outputKey, WORKFLOW_START_OUTPUT } from '../topology/deployed/output-key.js';
import { checkStartSize } from '../publishing/check-start-size.js';
import { cancelRequestOf } from '../publishing/cancel-request-of.js';
import { publishMessage, type Publishing, type Receipt } from '../publishing/publish-message.js';
import type { AgentSpec, ChannelSpec, ClientSpec, PublishedBy, Topology } from '../topology/topology.js';
import { findDeployment, outputOf, type Deployment, type FindOptions } from './deployment.js';
import { followConversation } from './follow-conversation.js';
import type { LanewayClient } from './laneway-client.js';

/** A connection of a declared client to a deployed application. `Type` = types the client may publish. */
export interface Laneway<Type extends MessageType> extends LanewayClient<Type> {
  /** Outputs of the application's stacks: its names, ARNs and addresses. */
  readonly deployment: Deployment;
}

/** Options of {@link connect}. */
export interface ConnectOptions<Id extends string> extends FindOptions {
  /** Name of the client, as the topology declares it. */
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

/** Connects a client like {@link connect}, when its name is known only at run time (the CLI). */
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
    const { options: rest, standing } = standingOf(given);
    return publishMessage(publishing, type, data, rest, standing);
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

/** Milliseconds beyond the deadline that a client looks on: the platform ends the request, and the record of that takes a while. */
export const PLATFORM_MARGIN_MS = 15_000;

async function awaitReply(
  publishing: Publishing,
  command: CommandType,
  receipt: Receipt,
  timeout: number,
  signal?: AbortSignal,
): Promise<unknown> {
  const { requestId } = receipt;
  replyTypeOf(command);
  if (requestId === undefined) throw new LanewayError('INVALID_OPTION', `${command.name} names no reply`);
  const pending = publishing.senders.pending;
  let giveUp = publishing.clock.now() + timeout + PLATFORM_MARGIN_MS;
  for (let pause = FIRST_LOOK_MS; publishing.clock.now() < giveUp; pause = Math.min(LONGEST_LOOK_MS, pause * 1.3)) {
    signal?.throwIfAborted();
    const record = await pending?.get(requestId);
    const outcome = record?.outcome;
    // Progress may have moved the deadline.
    if (record) giveUp = Math.max(giveUp, Date.parse(record.deadline) + PLATFORM_MARGIN_MS);
    if (outcome?.state === 'timed-out') break;
    if (outcome) return readReply(command, requestId, outcome, publishing.payloads);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new LanewayError('REQUEST_TIMED_OUT', `${command.name} ${requestId} was not answered within ${timeout} ms`, {
    help: [`follow it: laneway trace ${receipt.correlationId}`],
  });
}
