import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { sourceOf } from '../../../shared/domain/wire/envelope.js';
import { unknownName } from '../../../shared/domain/base/errors.js';
import type { TopologyModel } from '../../../shared/topology/model.js';
import { directReceivers } from '../../../shared/topology/direct-receivers.js';
import { exactBuckets } from '../../../shared/topology/rates/exact-buckets.js';
import { expectsReplies } from '../../../shared/topology/replies.js';
import type { Fabric } from '../fabric.js';
import { directQueuesTo, watchedQueues, type Mailbox } from '../queues/mailbox.js';
import {
  allowBuckets,
  allowCount,
  allowFinding,
  allowPayloads,
  allowRegistry,
  allowRequests,
  allowRowsOf,
  allowSend,
  allowTable,
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
 * Rights of a client, as a managed policy for its role: to find the application's stacks, publish its types under its own
 * source, record each message before it is published, read conversations, and make requests when one of its types has a reply.
 *
 * @throws LanewayError UNKNOWN_CLIENT
 */
export class ClientPolicy extends Construct {
  /** Policy to attach to the role of the client. */
  readonly policy: ManagedPolicy;

  constructor(scope: Construct, id: string, props: ClientPolicyProps) {
    super(scope, id);
    const { topology, fabric } = props;
    const client = topology.clients[props.client];
    if (!client) {
      const known = Object.keys(topology.clients);
      throw unknownName('UNKNOWN_CLIENT', `there is no client '${props.client}'`, props.client, known, topology.name);
    }
    const description = `Laneway client ${client.id} of ${topology.name}`;
    this.policy = new ManagedPolicy(this, 'Policy', { description });
    const sources = [sourceOf(topology.name, 'client', client.id)];
    allowPublish(this.policy, fabric.bus, { sources, types: client.publishes });
    allowRowsOf(this.policy, fabric, ['put'], { sources });
    // It reads conversations: what it writes in them is its own.
    allowTable(this.policy, fabric.ledgerTable, ['query']);
    allowPayloads(this.policy, fabric, payloadsOfClient(topology, client));
    if (expectsReplies(topology, client.publishes)) {
      allowRequests(this.policy, fabric, `client.${client.id}`);
      allowSend(this.policy, fabric.timerQueue);
    }
    allowSend(this.policy, ...directQueuesTo(directReceivers(topology, client), props));
    allowCount(this.policy, ...watchedQueues(client, props));
    allowBuckets(this.policy, fabric, exactBuckets({ kind: 'client', name: client.id }, topology));
    if (client.findsAgents === true) allowRegistry(this.policy, fabric, 'reads');
    allowFinding(this.policy, 'A client');
  }
}
