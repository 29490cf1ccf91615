import type { StackProps } from 'aws-cdk-lib';
import { Dashboard, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { TopologyModel } from '../../shared/topology/model.js';
import { Alarms } from '../constructs/alarms.js';
import type { AgentFunction } from '../constructs/agent-function.js';
import type { WorkerPolicy } from '../constructs/policies/worker-policy.js';
import type { PlatformFunction } from '../constructs/platform-function.js';
import { Channel } from '../constructs/queues/channel.js';
import { laneQueue, Mailbox } from '../constructs/queues/mailbox.js';
import { BusRule, rulesTo } from '../constructs/queues/routing-rule.js';
import { addAgentAlarms, agentGraphs, functionGraphs } from './agent-alarms.js';
import { ApplicationStack } from './application-stack.js';
import type { MessagingStack } from './messaging-stack.js';
import { runAgents, type AgentParts } from './running-agents.js';

/** Properties of {@link AgentGroupStack}. */
export interface AgentGroupStackProps extends StackProps {
  /** Model of the topology. */
  readonly topology: TopologyModel;
  /** Agents of the group. */
  readonly group: readonly string[];
  /** Stack of the bus. */
  readonly messaging: MessagingStack;
}

/** Parts that the agents of a group need besides what the stack has. */
export interface GroupAgentParts extends Pick<AgentParts, 'handlers' | 'bind' | 'overrides'> {
  /** Invocations that highest lanes may have at once, by agent. */
  readonly highestCaps: ReadonlyMap<string, number>;
  /** Function that drains dead letters, and the messages that it takes at once. */
  readonly drain: { readonly function: PlatformFunction; readonly batch: number };
  /** Topic to which every alarm reports. @default none */
  readonly alarmTopic?: ITopic | undefined;
}

/**
 * Agents that the first stacks have no room for, with all that is theirs: mailboxes, the rules that lead there, functions,
 * alarms and a dashboard. A queue has the name that it would have in the first stack, so that whoever sends there finds it.
 */
export class AgentGroupStack extends ApplicationStack {
  /** Mailboxes of the group, by agent id. */
  readonly mailboxes: Readonly<Record<string, Mailbox>>;
  private made: { agents: Readonly<Record<string, AgentFunction>>; workers: Readonly<Record<string, WorkerPolicy>> } = {
    agents: {},
    workers: {},
  };

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AgentGroupStackProps,
  ) {
    super(scope, id, props.topology.name, props);
    const { topology, group, messaging } = props;
    const { mailboxPrefix } = messaging.fabric;
    this.mailboxes = Object.fromEntries(
      group.map((agent) => [
        agent,
        new Mailbox(this, `Mailbox-${agent}`, {
          ...{ topology, agent },
          ...(mailboxPrefix === undefined ? {} : { prefix: mailboxPrefix }),
        }),
      ]),
    );
    const { bus, undelivered } = messaging;
    const rules = rulesTo(messaging.rules, this.mailboxes, false);
    const queueOf = (target: Parameters<typeof laneQueue>[1]) => laneQueue(this.mailboxes, target);
    for (const rule of rules)
      if (rule.kind !== 'channel') new BusRule(this, `Rule-${rule.name}`, { bus, rule, queueOf, undelivered });
    for (const channel of new Set(rules.flatMap((rule) => (rule.kind === 'channel' ? (rule.subject ?? []) : []))))
      new Channel(this, `Channel-${channel}`, {
        ...{ topology, channel, bus, undelivered, rules },
        mailboxes: this.mailboxes,
      });
    for (const mailbox of Object.values(this.mailboxes)) this.mailboxOutputs(mailbox);
  }

  /** Agents of the group that run on Lambda. */
  get agents(): Readonly<Record<string, AgentFunction>> {
    return this.made.agents;
  }

  /** Agents of the group that run as workers. */
  get workers(): Readonly<Record<string, WorkerPolicy>> {
    return this.made.workers;
  }

  /** Makes the agents, once the platform's functions are there. Called once. */
  addAgents({ drain, highestCaps, alarmTopic, ...parts }: GroupAgentParts): void {
    const { topology, messaging } = this.props;
    const { mailboxes } = this;
    this.made = runAgents(this, { ...parts, topology, mailboxes, fabric: messaging.fabric }, highestCaps);
    this.agentOutputs(this.made);
    for (const { agent, deadLetterQueue } of Object.values(mailboxes)) {
      new EventSourceMapping(this, `Drain-${agent}`, {
        target: drain.function,
        ...{ eventSourceArn: deadLetterQueue.queueArn, batchSize: drain.batch, reportBatchItemFailures: true },
      });
    }
    const alarms = new Alarms(this, 'Alarms', alarmTopic);
    const dashboard = new Dashboard(this, 'Dashboard');
    dashboard.addWidgets(new TextWidget({ markdown: `# ${topology.name}: ${this.stackName}`, width: 24, height: 1 }));
    for (const mailbox of Object.values(mailboxes)) {
      const fn = this.agents[mailbox.agent]?.function;
      addAgentAlarms(alarms, { application: topology.name, mailbox, fn });
      const graphs = agentGraphs(mailbox);
      if (graphs.length > 0) dashboard.addWidgets(...graphs);
    }
    const functions = Object.entries(this.agents).map(([name, agent]) => [name, agent.function] as const);
    dashboard.addWidgets(...functionGraphs(functions));
  }
}
