import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { sourceOf } from '../../shared/domain/wire/envelope.js';
import { unknownName } from '../../shared/domain/base/errors.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { directReceivers } from '../../shared/topology/direct-receivers.js';
import { expectsReplies } from '../../shared/topology/replies.js';
import type { Fabric } from './fabric.js';
import { lanesOf, type Mailbox } from './queues/mailbox.js';
import { allowFinding, allowPayloads, allowPublish, allowSend, allowTable } from './permissions.js';

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
    allowPublish(this.policy, fabric.bus, {
      sources: [sourceOf(topology.name, 'client', client.id)],
      types: client.publishes,
    });
    allowTable(this.policy, fabric.ledgerTable, 'record');
    allowPayloads(this.policy, fabric, 'read-write');
    if (expectsReplies(topology, client.publishes)) {
      allowTable(this.policy, fabric.pendingTable, 'deliver');
      allowSend(this.policy, fabric.timerQueue);
    }
    const direct = directReceivers(topology, client).flatMap((receiver) => props.mailboxes[receiver] ?? []);
    allowSend(this.policy, ...direct.flatMap(lanesOf).map((lane) => lane.queue));
    allowFinding(this.policy, 'A client');
  }
}
