import { setTimeout } from 'node:timers/promises';
import {
  conversationsPort,
  emergenciesPort,
  openPorts,
  publisherPorts,
  ratesPortOf,
  registryPort,
  requestPorts,
} from '../aws/ports.js';
import { defined } from '../domain/base/defined.js';
import { unknownName } from '../domain/base/errors.js';
import { checkIntake, recentEmergency } from '../domain/emergency/emergency.js';
import { RateLimiter } from '../domain/rate/rate-limiter.js';
import type { MessageType } from '../message/message-type.js';
import { EACH_SUBSCRIBER, gatherAnswers } from '../publishing/broadcast/broadcast.js';
import { checkOneReceiver } from '../publishing/check-each.js';
import { WORKFLOW_START_OUTPUT } from '../topology/deployed/output-key.js';
import { checkStartSize } from '../publishing/check-start-size.js';
import { cancelRequestOf } from '../publishing/cancel-request-of.js';
import { publishMessages, type OutsideOptions, type Published } from '../publishing/publish-message.js';
import { publisherOf } from '../publishing/publisher-of.js';
import { replyTypeOf } from '../topology/read-reply.js';
import { hasEmergencies } from '../topology/emergency/emergency-channel.js';
import { timeoutOf } from '../topology/defaults/topology-defaults.js';
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
  const ports = openPorts(names, publisherPorts, requestPorts, conversationsPort, registryPort, emergenciesPort);
  const intake = hasEmergencies(topology.model)
    ? recentEmergency(ports.emergencies, () => ports.clock.now())
    : undefined;
  const place = { clock: ports.clock, ...ratesPortOf(names) };
  const wait = async (ms: number, signal?: AbortSignal): Promise<void> => {
    await setTimeout(ms, undefined, { signal });
    // The intake may have been stopped meanwhile.
    if (intake) await checkIntake('what waited for its rate limit', intake);
  };
  const rates = { ...place, limiter: new RateLimiter(), wait };
  const publishing = { ...publisherOf(topology, { kind: 'client', name: options.as }, ports), rates };
  const publish = async (type: MessageType, data: unknown, given: OutsideOptions = {}): Promise<Published> => {
    if (!client.publishes.includes(type.name)) {
      throw unknownName(
        'NOT_DECLARED',
        `client '${client.id}' publishes ${type.name}, which it does not declare`,
        type.name,
        client.publishes,
        `${topology.name}, clients.${client.id}`,
      );
    }
    if (intake) await checkIntake(type.name, intake);
    checkStartSize(type.name, data, workflowsStartedBy(type.name, deployment));
    return publishMessages(publishing, type, data, given);
  };
  return {
    publish: async (...given) => {
      const { participants: _each, ...receipt } = await publish(...given);
      return receipt;
    },
    broadcast: async (command, data, { timeout: given, signal, to = EACH_SUBSCRIBER, ...options } = {}) => {
      signal?.throwIfAborted();
      const timeout = timeoutOf(given, topology.model);
      replyTypeOf(command);
      const published = await publish(command, data, { ...options, signal, to, deadline: timeout });
      const { correlationId } = published;
      return gatherAnswers(
        published,
        ({ id, requestId }) =>
          awaitReply(ports, {
            ...{ command, timeout, signal },
            receipt: { id, correlationId, ...defined({ requestId }) },
          }) as never,
        async (requestId) =>
          signal?.aborted === true && cancelRequestOf(publishing, requestId, 'whoever asked no longer waits'),
      );
    },
    request: async (command, data, { timeout: given, signal, ...options } = {}) => {
      signal?.throwIfAborted();
      const timeout = timeoutOf(given, topology.model);
      checkOneReceiver(command, options.to);
      const receipt = await publish(command, data, { ...options, signal, deadline: timeout });
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
