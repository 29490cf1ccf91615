import { Duration, Names, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DRAIN_TIMEOUT } from '../../../functions/platform/dead-letters/declaration.js';
import { wholeSeconds } from '../../../shared/domain/base/duration.js';
import { unknownName } from '../../../shared/domain/base/errors.js';
import { longestLife } from '../../../shared/domain/delivery/lane-retention.js';
import type { Priority } from '../../../shared/domain/base/priority.js';
import { lanesOfAgent } from '../../../shared/topology/lanes-of.js';
import { deadLettersName, laneKey, laneName, type LaneKey } from '../../../shared/topology/mailbox-names.js';
import { watchedReceivers } from '../../../shared/topology/direct-receivers.js';
import type { AgentModel, TopologyModel } from '../../../shared/topology/model.js';
import type { RuleTarget } from '../../../shared/topology/rules.js';
import { durationOf } from '../duration-of.js';
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
  /** First part of its queues' names: the name of the stack. */
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
    this.prefix = prefixOf(Stack.of(this));
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
function prefixOf(stack: Stack): string {
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

/** Queues whose messages a publisher counts before it chooses among their agents. */
export function watchedQueues(
  topology: TopologyModel,
  publisher: Pick<AgentModel, 'publishes'>,
  mailboxes: Readonly<Record<string, Mailbox>> = {},
): EncryptedQueue[] {
  const watched = watchedReceivers(topology, publisher).flatMap((receiver) => mailboxes[receiver] ?? []);
  return watched.flatMap((mailbox) => lanesOf(mailbox).map(({ queue }) => queue));
}
