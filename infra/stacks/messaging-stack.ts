import type { Duration, StackProps } from 'aws-cdk-lib';
import { CfnArchive, EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { DRAIN_TIMEOUT } from '../../functions/platform/dead-letters/declaration.js';
import { PLATFORM_TIMEOUT } from '../../functions/platform/declaration.js';
import { defined } from '../../shared/domain/base/defined.js';
import { ApprovalRequested } from '../../shared/message/system-messages.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { routingRules, type RoutedQueue, type RoutingRule, type RuleTarget } from '../../shared/topology/rules.js';
import { acknowledge } from '../constructs/acknowledge.js';
import { Channel } from '../constructs/queues/channel.js';
import { guardBus } from '../constructs/policies/bus-policy.js';
import { ClientPolicy } from '../constructs/policies/client-policy.js';
import { SharedPolicies } from '../constructs/policies/shared-policies.js';
import { durationOf } from '../constructs/duration-of.js';
import { DEAD_LETTER_RETENTION, EncryptedQueue } from '../constructs/queues/encrypted-queue.js';
import type { Fabric } from '../constructs/fabric.js';
import { IngressPolicy } from '../constructs/policies/ingress-policy.js';
import { laneQueue, Mailbox, prefixOf } from '../constructs/queues/mailbox.js';
import { BusRule, rulesTo } from '../constructs/queues/routing-rule.js';
import { ApplicationStack } from './application-stack.js';
import type { StateStack } from './state-stack.js';

/** Properties of {@link MessagingStack}. */
export interface MessagingStackProps extends StackProps {
  /** Model of the topology. */
  readonly topology: TopologyModel;
  /** Names of the types that start workflows. */
  readonly starts: readonly string[];
  /** Names of the types that steps of workflows wait for. */
  readonly awaited: readonly string[];
  /** Stack of tables and buckets. */
  readonly state: StateStack;
  /** ARNs of further principals that may publish as parts of the application. @default only roles under its path */
  readonly publishers?: readonly string[];
  /** Agents whose mailboxes, and the rules that lead there, stand in stacks of their own. @default none */
  readonly further?: readonly string[];
  /** Days that the bus keeps an archive of its events. @default it keeps none */
  readonly busArchiveDays?: number;
}

/** Stack of the bus, its rules, mailboxes, the platform's queues, and the rights of clients. */
export class MessagingStack extends ApplicationStack {
  /** Bus on which all messages of the application travel. */
  readonly bus: IEventBus;
  /** Mailboxes of this stack, by agent id. */
  readonly mailboxes: Readonly<Record<string, Mailbox>>;
  /** Channels with their rules, by name. */
  readonly channels: Readonly<Record<string, Channel>>;
  /** Rights of every client, by client id. */
  readonly clients: Readonly<Record<string, ClientPolicy>>;
  /** Rights of the systems that publish for an ingress, by name of the ingress. */
  readonly ingresses: Readonly<Record<string, IngressPolicy>>;
  /** Dead letter queue for events that EventBridge could not hand to a target. */
  readonly undelivered: EncryptedQueue;
  /** Dead letter queue for messages that the platform's functions could not handle. */
  readonly platformDeadLetters: EncryptedQueue;
  /** Queue of delayed messages by which deadlines of requests fire. */
  readonly timerQueue: EncryptedQueue;
  /** Queues that rules lead to besides the lanes; only those that the topology needs. */
  readonly routed: Readonly<Partial<Record<RoutedQueue, EncryptedQueue>>>;
  /** Resources that functions of the application use. */
  readonly fabric: Fabric;
  /** Agents whose mailboxes stand in stacks of their own. */
  readonly further: readonly string[];
  /** Rules of the whole bus. */
  readonly rules: readonly RoutingRule[];

  constructor(scope: Construct, id: string, props: MessagingStackProps) {
    super(scope, id, props.topology.name, props);
    const { topology, state } = props;
    const { further = [] } = props;
    const rules = routingRules(topology, props.starts, props.awaited);
    this.rules = rules;
    this.further = further;
    this.undelivered = new EncryptedQueue(this, 'Undelivered', { consumerTimeout: durationOf(DRAIN_TIMEOUT) });
    acknowledge(
      this.undelivered,
      'AwsSolutions-SQS3',
      'It is the dead letter queue of the bus and of every target of its rules.',
    );
    this.platformDeadLetters = new EncryptedQueue(this, 'PlatformDeadLetters', {
      consumerTimeout: durationOf(DRAIN_TIMEOUT),
    });
    const bus = new EventBus(this, 'Bus', { deadLetterQueue: this.undelivered });
    guardBus(bus, topology.name, props.publishers ?? []);
    this.bus = bus as IEventBus;
    this.undelivered.acceptFrom(this.bus);
    // Everything that comes but links of approvals; the bus keeps replayed events out of it by itself.
    if (props.busArchiveDays !== undefined) {
      new CfnArchive(this, 'BusArchive', {
        ...{ sourceArn: this.bus.eventBusArn, retentionDays: props.busArchiveDays },
        eventPattern: { 'detail-type': [{ 'anything-but': [ApprovalRequested.name] }] },
      });
    }
    this.timerQueue = this.platformQueue('Timers');
    this.routed = this.routedQueues(rules);
    this.mailboxes = Object.fromEntries(
      Object.keys(topology.agents)
        .filter((agent) => !further.includes(agent))
        .map((agent) => [agent, this.mailbox(topology, agent)]),
    );
    this.fabric = {
      application: topology.name,
      shared: new SharedPolicies(this, 'Shared', {
        application: topology.name,
        ledgerTable: state.ledgerTable,
        payloadBucket: state.payloadBucket,
      }),
      bus: this.bus,
      ledgerTable: state.ledgerTable,
      pendingTable: state.pendingTable,
      registryTable: state.registryTable,
      payloadBucket: state.payloadBucket,
      timerQueue: this.timerQueue,
      ...(further.length > 0 ? { mailboxPrefix: prefixOf(this) } : {}),
    };
    this.channels = this.makeRules(topology, rulesTo(rules, this.mailboxes));
    this.clients = Object.fromEntries(
      Object.keys(topology.clients).map((client) => [
        client,
        new ClientPolicy(this, `Client-${client}`, {
          topology,
          client,
          fabric: this.fabric,
          mailboxes: this.mailboxes,
        }),
      ]),
    );
    this.ingresses = Object.fromEntries(
      Object.values(topology.ingress).map((ingress) => [
        ingress.name,
        new IngressPolicy(this, `Ingress-${ingress.name}`, { application: topology.name, ingress, bus: this.bus }),
      ]),
    );
    this.outputs();
  }

  private mailbox(topology: TopologyModel, agent: string): Mailbox {
    return new Mailbox(this, `Mailbox-${agent}`, { topology, agent });
  }

  private platformQueue(id: string, timeout = PLATFORM_TIMEOUT, retention?: Duration): EncryptedQueue {
    const own = { consumerTimeout: durationOf(timeout), ...defined({ retention }) };
    return new EncryptedQueue(this, id, { deadLetterQueue: this.platformDeadLetters, ...own });
  }

  private routedQueues(rules: readonly RoutingRule[]): Partial<Record<RoutedQueue, EncryptedQueue>> {
    const queues: Partial<Record<RoutedQueue, EncryptedQueue>> = {};
    for (const target of rules.flatMap((rule) => rule.targets)) {
      if (target.kind === 'lane' || queues[target.queue]) continue;
      const { queue } = target;
      const consumer = queue === 'unroutable' ? DRAIN_TIMEOUT : PLATFORM_TIMEOUT;
      // Events wait there while their ingress is in quarantine, or the intake is stopped, and no store knows of them.
      const retention = queue === 'ingress' ? DEAD_LETTER_RETENTION : undefined;
      const made = this.platformQueue(`${queue.charAt(0).toUpperCase()}${queue.slice(1)}`, consumer, retention);
      queues[queue] = made;
    }
    return queues;
  }

  private makeRules(topology: TopologyModel, rules: readonly RoutingRule[]): Record<string, Channel> {
    const { bus, mailboxes, undelivered } = this;
    const queueOf = (target: RuleTarget): EncryptedQueue =>
      (target.kind === 'queue' ? this.routed[target.queue] : undefined) ?? laneQueue(mailboxes, target);
    for (const rule of rules) {
      if (rule.kind !== 'channel') new BusRule(this, `Rule-${rule.name}`, { bus, rule, queueOf, undelivered });
    }
    return Object.fromEntries(
      Object.keys(topology.channels).map((channel) => [
        channel,
        new Channel(this, `Channel-${channel}`, { topology, channel, bus, mailboxes, undelivered, rules }),
      ]),
    );
  }

  private outputs(): void {
    this.output(this.bus.eventBusName, 'Bus');
    this.output(this.bus.eventBusArn, 'BusArn');
    this.output(this.timerQueue.queueUrl, 'TimerQueue');
    this.output(this.undelivered.queueUrl, 'UndeliveredQueue');
    this.output(this.platformDeadLetters.queueUrl, 'PlatformDeadLetters');
    if (this.routed.unroutable) this.output(this.routed.unroutable.queueUrl, 'UnroutableQueue');
    for (const mailbox of Object.values(this.mailboxes)) this.mailboxOutputs(mailbox);
    for (const [client, { policies }] of Object.entries(this.clients))
      this.output(policies[0].managedPolicyArn, 'Client', client, 'Policy');
    if (Object.keys(this.clients).length > 0)
      this.output(this.fabric.shared.clients.managedPolicyArn, 'AllClients', 'Policy');
    for (const [ingress, { policy }] of Object.entries(this.ingresses))
      this.output(policy.managedPolicyArn, 'Ingress', ingress, 'Policy');
  }
}
