import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { sourceOf } from '../../../shared/domain/wire/envelope.js';
import { unknownName } from '../../../shared/domain/base/errors.js';
import type { TopologyModel } from '../../../shared/topology/model.js';
import { directReceivers, watchedReceivers } from '../../../shared/topology/direct-receivers.js';
import { exactBuckets } from '../../../shared/topology/rates/exact-buckets.js';
import { expectsReplies } from '../../../shared/topology/replies.js';
import type { Fabric } from '../fabric.js';
import { directQueuesTo, watchedQueues, type Mailbox } from '../queues/mailbox.js';
import {
  allowBuckets,
  allowCount,
  allowEmergencies,
  allowPayloads,
  allowRegistry,
  allowRequests,
  allowRowsOf,
  allowSend,
  allowStandings,
} from '../permissions.js';
import { payloadsOfClient } from './payload-rights.js';
import { allowPublish } from './publish-rights.js';

/** Properties of {@link ClientPolicy}. */
export interface ClientPolicyProps {
  /** Model of the topology that declares the client. */
  readonly topology: TopologyModel;
  /** Id of the client in the topology. */
  readonly client: string;
  /** Resources on which the policy gives rights. */
  readonly fabric: Fabric;
  /** Mailboxes of all agents, by agent id; the policy lets the client send into those that it reaches by direct channels. */
  readonly mailboxes: Readonly<Record<string, Mailbox>>;
}

/**
 * Rights of a client, as managed policies for its role. Its own policy lets it publish its types under its own source, record each
 * message before it is published, and make requests when one of its types has a reply. A second one, of all clients, lets it find
 * the application's stacks and read conversations.
 *
 * @throws LanewayError UNKNOWN_CLIENT
 */
export class ClientPolicy extends Construct {
  /** Policies to attach to the role of the client, both of them: its own, and that of all clients. */
  readonly policies: [own: ManagedPolicy, ofAll: ManagedPolicy];

  constructor(scope: Construct, id: string, props: ClientPolicyProps) {
    super(scope, id);
    const { topology, fabric } = props;
    const client = topology.clients[props.client];
    if (!client) {
      const known = Object.keys(topology.clients);
      throw unknownName('UNKNOWN_CLIENT', `there is no client '${props.client}'`, props.client, known, topology.name);
    }
    const description = `Laneway client ${client.id} of ${topology.name}`;
    const policy = new ManagedPolicy(this, 'Policy', { description });
    this.policies = [policy, fabric.shared.clients];
    const sources = [sourceOf(topology.name, 'client', client.id)];
    allowPublish(policy, fabric.bus, { sources, types: client.publishes });
    allowRowsOf(policy, fabric, ['put'], { sources });
    allowPayloads(policy, fabric, payloadsOfClient(topology, client));
    if (expectsReplies(topology, client.publishes)) {
      allowRequests(policy, fabric, `client.${client.id}`);
      allowSend(policy, fabric.timerQueue);
    }
    allowSend(policy, ...directQueuesTo(directReceivers(topology, client), props));
    allowCount(policy, ...watchedQueues(client, props));
    allowEmergencies(policy, fabric, topology);
    allowBuckets(policy, fabric, exactBuckets({ kind: 'client', name: client.id }, topology));
    if (client.findsAgents !== true) allowStandings(policy, fabric, watchedReceivers(topology, client));
    if (client.findsAgents === true) allowRegistry(policy, fabric, 'reads');
  }
}
