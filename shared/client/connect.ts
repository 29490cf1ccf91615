import { setTimeout } from 'node:timers/promises';
import { conversationsPort, openPorts, publisherPorts, ratesPortOf, registryPort, requestPorts } from '../aws/ports.js';
import { unknownName } from '../domain/base/errors.js';
import { RateLimiter } from '../domain/rate/rate-limiter.js';
import type { MessageType } from '../message/message-type.js';
import type { ClientPublishOptions } from '../publishing/client-options.js';
import { WORKFLOW_START_OUTPUT } from '../topology/deployed/output-key.js';
import { checkStartSize } from '../publishing/check-start-size.js';
import { cancelRequestOf } from '../publishing/cancel-request-of.js';
import { publishMessage, type Receipt } from '../publishing/publish-message.js';
import { publisherOf } from '../publishing/publisher-of.js';
import { findAsClient, finderOver } from '../topology/registry/find-agents.js';
import type { AgentSpec, CapabilityIn, ChannelSpec, ClientSpec, PublishedBy, Topology } from '../topology/topology.js';
import { awaitReply } from './await-reply.js';
import { namesFromOutputs } from './deployed-names.js';
import { findDeployment, type Deployment, type FindOptions } from './deployment.js';
import { followConversation } from './follow-conversation.js';
import type { LanewayClient } from './laneway-client.js';

/** A connection of a declared client to a deployed application. `Type` = types the client may publish. */
export interface Laneway<Type extends MessageType, Capability extends string = string> extends LanewayClient<
  Type,
  Capability
> {
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
): Promise<Laneway<PublishedBy<Channels, Clients[Id]>, CapabilityIn<Agents>>> {
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
  const names = namesFromOutputs(topology.model, deployment);
  const ports = openPorts(names, publisherPorts, requestPorts, conversationsPort, registryPort);
  const place = { clock: ports.clock, ...ratesPortOf(names) };
  const rates = { ...place, limiter: new RateLimiter(), wait: (ms: number) => setTimeout(ms) };
  const publishing = { ...publisherOf(topology, { kind: 'client', name: options.as }, ports), rates };
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
    return publishMessage(publishing, type, data, given);
  };
  return {
    publish,
    request: async (command, data, { timeout, signal, ...given }) => {
      signal?.throwIfAborted();
      const receipt = await publish(command, data, { ...given, deadline: timeout });
      try {
        return (await awaitReply(ports, { command, receipt, timeout, signal })) as never;
      } catch (error) {
        if (signal?.aborted === true && receipt.requestId !== undefined)
          await cancelRequestOf(publishing, receipt.requestId, 'whoever asked no longer waits');
        throw error;
      }
    },
    agents: {
      find: (options) => findAsClient(topology.model, client.id, finderOver({ topology, ...ports }), options),
    },
    cancel: (requestId, why) => cancelRequestOf(publishing, requestId, why),
    conversation: (correlationId, follow = {}) => followConversation(ports.conversations, correlationId, follow.signal),
    deployment,
  };
}

/** Workflows that a type starts, as the outputs of the stacks name them. */
function workflowsStartedBy(type: string, deployment: Deployment): string[] {
  return Object.entries(deployment).flatMap(([key, value]) =>
    key.startsWith(WORKFLOW_START_OUTPUT) && value === type ? [key.slice(WORKFLOW_START_OUTPUT.length)] : [],
  );
}
