import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { sourceOf } from '../../shared/domain/wire/envelope.js';
import { writerOfReceiver } from '../../shared/domain/wire/writers.js';
import { unknownName } from '../../shared/domain/base/errors.js';
import { MessageAcknowledged } from '../../shared/message/system-messages.js';
import type { AgentModel, TopologyModel } from '../../shared/topology/model.js';
import { exactBuckets } from '../../shared/topology/rates/exact-buckets.js';
import { expectsReplies } from '../../shared/topology/replies.js';
import type { Fabric } from './fabric.js';
import { directReceivers, watchedReceivers } from '../../shared/topology/direct-receivers.js';
import { directQueuesTo, watchedQueues, type Mailbox } from './queues/mailbox.js';
import {
  allowBuckets,
  allowCount,
  allowDeliveries,
  allowEmergencies,
  allowPayloads,
  allowRequests,
  allowSend,
  allowStandings,
} from './permissions.js';
import { payloadsOfAgent } from './policies/payload-rights.js';
import { allowPublish, denyOtherPublishing, type PublishRights } from './policies/publish-rights.js';

/** An agent and the parts of its application that it works with. */
export interface AgentSurroundings {
  /** Model of the topology that declares the agent. */
  readonly topology: TopologyModel;
  /** Id of the agent. */
  readonly agent: string;
  /** Resources of the application. */
  readonly fabric: Fabric;
  /** Mailbox of the agent. */
  readonly mailbox: Mailbox;
  /** Mailboxes of the receivers of direct channels on which it publishes, by agent id. */
  readonly mailboxes?: Readonly<Record<string, Mailbox>>;
}

/**
 * Allows what the topology says of an agent and nothing else, wherever it runs: publishing its types under its own
 * source, its deliveries in the ledger, requests when it makes some, payloads, its dead letters, and the lanes of agents
 * to which it sends directly. Receiving from its own lanes goes with where it runs.
 */
export function allowAgent(grantee: IGrantable & IConstruct, surroundings: AgentSurroundings): void {
  const { topology, fabric, mailbox } = surroundings;
  const agent = agentOf(topology, surroundings.agent);
  const publishing = publishRights(topology, agent);
  if (publishing.types.length > 0) allowPublish(grantee, fabric.bus, publishing);
  allowDeliveries(grantee, fabric, agent.id);
  allowEmergencies(grantee, fabric, topology);
  allowBuckets(grantee, fabric, exactBuckets({ kind: 'agent', name: agent.id }, topology));
  if (expectsReplies(topology, agent.publishes)) {
    allowRequests(grantee, fabric, writerOfReceiver(agent.id));
    allowSend(grantee, fabric.timerQueue);
  }
  allowPayloads(grantee, fabric, payloadsOfAgent(agent));
  allowSend(grantee, mailbox.deadLetterQueue);
  allowSend(grantee, ...directQueuesTo(directReceivers(topology, agent), surroundings));
  allowCount(grantee, ...watchedQueues(agent, surroundings));
  allowStandings(grantee, fabric, watchedReceivers(topology, agent));
}

/** Denies an agent's own role to publish as anybody else, whatever it is allowed besides by its application. */
export function confineAgent(grantee: IGrantable, { topology, agent, fabric }: AgentSurroundings): void {
  denyOtherPublishing(grantee, fabric.bus, publishRights(topology, agentOf(topology, agent)));
}

function publishRights(topology: TopologyModel, agent: AgentModel): PublishRights & { types: readonly string[] } {
  const acknowledges = agent.subscribes.some((channel) => topology.channels[channel]?.qos.acks === 'message');
  const types = [...new Set([...agent.publishes, ...(acknowledges ? [MessageAcknowledged.name] : [])])];
  return { sources: [sourceOf(topology.name, 'agent', agent.id)], types };
}

/** Mailboxes into which an agent sends without the bus. */
export function directMailboxes({ topology, agent, mailboxes }: AgentSurroundings): Mailbox[] {
  return directReceivers(topology, agentOf(topology, agent)).flatMap((receiver) => mailboxes?.[receiver] ?? []);
}

/** An agent by id. @throws LanewayError UNKNOWN_AGENT */
export function agentOf(topology: TopologyModel, id: string): AgentModel {
  const agent = topology.agents[id];
  if (agent) return agent;
  throw unknownName('UNKNOWN_AGENT', `there is no agent '${id}'`, id, Object.keys(topology.agents), topology.name);
}
