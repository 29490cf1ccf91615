import { Aws, Duration, Names, Stack, Token } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DRAIN_TIMEOUT } from '../../../functions/platform/dead-letters/declaration.js';
import { wholeSeconds } from '../../../shared/domain/base/duration.js';
import { unknownName } from '../../../shared/domain/base/errors.js';
import { longestLife } from '../../../shared/domain/delivery/lane-retention.js';
import type { Priority } from '../../../shared/domain/base/priority.js';
import { isEmergencyLane } from '../../../shared/topology/emergency/emergency-channel.js';
import { lanesOfAgent } from '../../../shared/topology/lanes-of.js';
import { watchedReceivers } from '../../../shared/topology/direct-receivers.js';
import {
  deadLettersName,
  isDirectLane,
  laneKey,
  laneKeysOf,
  laneName,
  type LaneKey,
} from '../../../shared/topology/mailbox-names.js';
import type { AgentModel, TopologyModel } from '../../../shared/topology/model.js';
import type { RuleTarget } from '../../../shared/topology/rules.js';
import { durationOf } from '../duration-of.js';
import type { Fabric } from '../fabric.js';
import { EncryptedQueue } from './encrypted-queue.js';

/** One priority of one agent. */
export interface Lane {
  /** Priority of every message in the lane. */
  readonly priority: Priority;
  /** True for a lane that publishers of direct channels send into; rules of the bus lead to the others alone. */
  readonly direct: boolean;
  /** Name of the lane among those of its agent. */
  readonly key: LaneKey;
  /** Queue of the lane. */
  readonly queue: EncryptedQueue;
  /** Messages that its function receives at once: the least of the channels it serves. */
  readonly batchSize: number;
  /** Waiting messages above which it raises an alarm: the least of the channels it serves. */
  readonly maxDepth: number;
  /** Age of the oldest message above which it raises an alarm: a working agent has handled or ended every message by then. */
  readonly maxAge: Duration;
}

/** Properties of {@link Mailbox}. */
export interface MailboxProps {
  /** Model of the topology that declares the agent. */
  readonly topology: TopologyModel;
  /** Id of the agent. */
  readonly agent: string;
  /** First part of its queues' names. @default the name of its stack */
  readonly prefix?: string;
}

/**
 * Seconds that a function has beyond its longest handler: to read, lease, and after the handler store the outcome and
 * send what was stored, each with its retries. A handler of 14 minutes so still fits Lambda's 15.
 */
export const MARGIN_SECONDS = 15;

/**
 * The mailbox of an agent: a queue for each lane that its channels can use, and one dead letter queue for all of them. Direct
 * channels have lanes of their own, so that what stands in the others came over the bus.
 * The queues are named after their stack, agent and lane, so that functions derive the names and need no variable for every queue.
 *
 * @throws LanewayError UNKNOWN_AGENT
 */
export class Mailbox extends Construct {
  /** Id of the agent. */
  readonly agent: string;
  /** Lanes that the channels of the agent can use, by priority, and by `direct-<priority>` those of direct channels. */
  readonly lanes: Readonly<Partial<Record<LaneKey, Lane>>>;
  /** Queue for dead letters of all lanes. */
  readonly deadLetterQueue: EncryptedQueue;
  /** Timeout of the agent's function, or of a worker's handling: its longest handler and a margin. */
  readonly functionTimeout: Duration;
  /** First part of its queues' names: the name of the stack that holds the application's bus. */
  readonly prefix: string;

  constructor(scope: Construct, id: string, props: MailboxProps) {
    super(scope, id);
    const { topology } = props;
    const agent = topology.agents[props.agent];
    if (!agent) {
      const known = Object.keys(topology.agents);
      throw unknownName('UNKNOWN_AGENT', `there is no agent '${props.agent}'`, props.agent, known, topology.name);
    }
    this.agent = agent.id;
    this.functionTimeout = Duration.seconds(wholeSeconds(agent.handlerTimeout) + MARGIN_SECONDS);
    this.prefix = props.prefix ?? prefixOf(Stack.of(this));
    this.deadLetterQueue = new EncryptedQueue(this, 'DeadLetters', {
      consumerTimeout: durationOf(DRAIN_TIMEOUT),
      queueName: deadLettersName(this.prefix, agent.id),
    });
    const lanes: Partial<Record<LaneKey, Lane>> = {};
    const { bus, direct } = lanesOfAgent(topology, agent.id);
    const own = [...bus.map((one) => [one, false] as const), ...direct.map((one) => [one, true] as const)];
    for (const [priority, isDirect] of own) {
      const key = laneKey(priority, isDirect);
      const served = agent.subscribes
        .map((channel) => topology.channels[channel]?.qos)
        .filter((qos) => qos !== undefined)
        .filter((qos) => qos.priorities.includes(priority) && (qos.delivery === 'direct') === isDirect);
      lanes[key] = {
        priority,
        ...{ direct: isDirect, key },
        queue: new EncryptedQueue(this, `Lane-${key}`, {
          deadLetterQueue: this.deadLetterQueue,
          consumerTimeout: this.functionTimeout,
          consumer: agent.runs,
          queueName: laneName(this.prefix, agent.id, key),
        }),
        batchSize: Math.min(...served.map((qos) => qos.batchSize)),
        maxDepth: Math.min(...served.map((qos) => qos.maxDepth)),
        maxAge: Duration.millis(Math.max(...served.map(longestLife))),
      };
    }
    this.lanes = lanes;
  }
}

/** CloudFormation names a nested stack itself, and not before it is deployed. */
export function prefixOf(stack: Stack): string {
  return Token.isUnresolved(stack.stackName) ? Names.uniqueId(stack) : stack.stackName;
}

/** Lanes of a mailbox, highest priority first. */
export function lanesOf(mailbox: Mailbox): Lane[] {
  return Object.values(mailbox.lanes);
}

/** Queues that publishers of direct channels send into. */
export function directQueuesOf(mailbox: Mailbox): EncryptedQueue[] {
  return lanesOf(mailbox).flatMap(({ direct, queue }) => (direct ? [queue] : []));
}

/** A queue that is named to another stack, which so needs nothing from the stack that holds it. */
export interface NamedQueue extends Pick<IQueue, 'queueArn'> {
  readonly name: string;
}

/** The queue of a name in the account and region of whichever stack says so. */
export function namedQueue(name: string): NamedQueue {
  return { name, queueArn: `arn:${Aws.PARTITION}:sqs:${Aws.REGION}:${Aws.ACCOUNT_ID}:${name}` };
}

/** Lanes of an agent by the names of their queues. */
export function namedLanes(topology: Pick<TopologyModel, 'agents' | 'channels'>, agent: string, prefix: string) {
  return laneKeysOf(topology, agent).map((key) => ({
    ...{ key, direct: isDirectLane(key) },
    ...namedQueue(laneName(prefix, agent, key)),
  }));
}

/**
 * Queues into which publishers of direct channels send for `receivers`: of those whose mailboxes are elsewhere, by name. Into lanes of
 * emergencies send operators and the sweeper alone.
 */
export function directQueuesTo(receivers: readonly string[], surroundings: LaneSurroundings): QueueArn[] {
  const { topology } = surroundings;
  return queuesOf(receivers, surroundings, ({ direct, key }) => direct && !isEmergencyLane(topology, key));
}

/** Queues whose messages a publisher counts before it chooses among their agents. */
export function watchedQueues(publisher: Pick<AgentModel, 'publishes'>, surroundings: LaneSurroundings): QueueArn[] {
  return queuesOf(watchedReceivers(surroundings.topology, publisher), surroundings, () => true);
}

type QueueArn = Pick<IQueue, 'queueArn'>;

function queuesOf(
  agents: readonly string[],
  { topology, mailboxes = {}, fabric: { mailboxPrefix } }: LaneSurroundings,
  isMeant: (lane: Pick<Lane, 'direct' | 'key'>) => boolean,
): QueueArn[] {
  return agents.flatMap((agent): QueueArn[] => {
    const mailbox = mailboxes[agent];
    if (mailbox)
      return lanesOf(mailbox)
        .filter(isMeant)
        .map(({ queue }) => queue);
    return mailboxPrefix === undefined ? [] : namedLanes(topology, agent, mailboxPrefix).filter(isMeant);
  });
}

/** Parts of an application among which a message, or a count, goes to a lane without the bus. */
interface LaneSurroundings {
  readonly topology: TopologyModel;
  readonly mailboxes?: Readonly<Record<string, Mailbox>> | undefined;
  readonly fabric: Pick<Fabric, 'mailboxPrefix'>;
}

/** Queue of a rule's target that is a lane. @throws LanewayError UNKNOWN_AGENT when the mailbox or lane is missing */
export function laneQueue(mailboxes: Readonly<Record<string, Mailbox>>, target: RuleTarget): EncryptedQueue {
  const lane = target.kind === 'lane' ? mailboxes[target.agent]?.lanes[target.priority] : undefined;
  if (lane) return lane.queue;
  const wanted = target.kind === 'lane' ? target.agent : target.queue;
  throw unknownName(
    'UNKNOWN_AGENT',
    `a rule leads to '${wanted}', which has no mailbox here`,
    wanted,
    Object.keys(mailboxes),
    'mailboxes',
  );
}
