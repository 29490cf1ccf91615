import { Duration, type StackProps } from 'aws-cdk-lib';
import {
  Dashboard,
  MathExpression,
  Metric,
  Stats,
  TextWidget,
  type IMetric,
  type MetricProps,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { UnreadableTable } from '../../functions/platform/count-unreadable-rows.js';
import type { DeclaredFunction } from '../../functions/platform/declarations.js';
import { SWEEP_EVERY } from '../../shared/domain/base/sweep-every.js';
import type { SweepLagMetric } from '../../functions/platform/sweeper/count-sweep-lag.js';
import { BREAKERS_OPENED, HEARTBEATS } from '../../functions/platform/declaration.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { ALARM_PERIOD, Alarms } from '../constructs/alarms.js';
import { durationOf } from '../constructs/duration-of.js';
import type { PlatformFunction } from '../constructs/platform-function.js';
import { oldestAge } from '../constructs/queue-metrics.js';
import { DeployedModel, type DeployedModelProps } from './deployed-model.js';
import { MODEL_OUTPUT } from '../../shared/topology/deployed/output-key.js';
import { addLaneAlarms, agentGraphs, deadLetterCount, errors, functionGraphs, graph } from './agent-alarms.js';
import type { AgentsStack } from './agents-stack.js';
import { ApplicationStack } from './application-stack.js';
import { watchOf } from '../constructs/bounds/heartbeat-watch.js';
import type { MessagingStack } from './messaging-stack.js';
import type { OrchestrationStack } from './orchestration-stack.js';

/** Properties of {@link ObservabilityStack}. */
export interface ObservabilityStackProps extends StackProps {
  /** Model of the topology. */
  readonly topology: TopologyModel;
  /** Stack whose lanes and dead letter queues are watched. */
  readonly messaging: MessagingStack;
  /** Stack whose functions are watched. */
  readonly agents: AgentsStack;
  /** Stack whose functions and workflows are watched; undefined when the application has none. */
  readonly orchestration: OrchestrationStack | undefined;
  /** Model that operators read in place of the sources. */
  readonly deployed: DeployedModelProps;
  /** Topic to which every alarm reports that it rises and that it is over. @default none */
  readonly alarmTopic?: ITopic;
}

/** Stack of alarms and a dashboard, derived from the resources of the other stacks. */
export class ObservabilityStack extends ApplicationStack {
  /** Alarms of the application. */
  readonly alarms: Alarms;
  /** Dashboard of the application in CloudWatch. */
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id, props.topology.name, props);
    this.alarms = new Alarms(this, 'Alarms', props.alarmTopic);
    this.deadLetterAlarms(props);
    for (const mailbox of Object.values(props.messaging.mailboxes)) addLaneAlarms(this.alarms, mailbox);
    for (const [name, fn] of functionsOf(props)) this.alarms.add('function-errors', name, errors(fn));
    for (const [name, { stateMachine }] of Object.entries(props.orchestration?.workflows ?? {}))
      this.alarms.add('workflow-failures', name, failures(stateMachine));
    for (const fn of platformOf(props)) {
      for (const kind of fn.declaration.alarms ?? []) {
        const [of, metric] = PLATFORM_ALARMS[kind](fn, props.topology.name);
        this.alarms.add(kind, of, metric);
      }
    }
    for (const [name, run] of runsOf(props)) {
      const { periods, ...metric } = heartbeat(run, props.topology.name);
      this.alarms.add('no-heartbeat', name, new Metric(metric), { periods });
    }
    this.dashboard = this.makeDashboard(props);
    // This stack is deployed last, so that the model is told of when all that it describes is there.
    const model = new DeployedModel(this, 'Model', props.deployed);
    this.output(model.location, MODEL_OUTPUT);
  }

  /** Every queue whose messages are dead letters, by name. */
  private deadLetterAlarms({ topology, messaging, agents, orchestration }: ObservabilityStackProps): void {
    for (const receiver of Object.keys(messaging.mailboxes))
      this.alarms.add('dead-letters', receiver, deadLetterCount({ application: topology.name, receiver }));
    const queues: Record<string, IQueue> = {
      ...Object.fromEntries(
        Object.values(messaging.mailboxes).map(({ agent, deadLetterQueue }) => [agent, deadLetterQueue]),
      ),
      undelivered: messaging.undelivered,
      platform: messaging.platformDeadLetters,
      'stream-failures': agents.streamFailures,
      ...(messaging.routed.unroutable ? { unroutable: messaging.routed.unroutable } : {}),
    };
    // Receivers that are no agents (unroutable, workflows, the platform) show in the application's sum alone.
    this.alarms.add('dead-letters', 'application', deadLetterCount({ application: topology.name }));
    this.alarms.add('runaways', 'application', runaways(topology.name));
    if (
      Object.values(topology.channels).some(({ escalation = [] }) =>
        escalation.some(({ kind }) => kind === 'person'),
      ) ||
      (orchestration?.asksPeople ?? false)
    )
      this.alarms.add('person-needed', 'application', peopleAsked(topology.name));
    for (const [name, queue] of Object.entries(queues)) {
      this.alarms.add('dead-letter-queue-age', name, oldestAge(queue));
    }
  }

  private makeDashboard(props: ObservabilityStackProps): Dashboard {
    const { topology, messaging } = props;
    const dashboard = new Dashboard(this, 'Dashboard');
    dashboard.addWidgets(new TextWidget({ markdown: `# ${topology.name}`, width: 24, height: 1 }));
    for (const mailbox of Object.values(messaging.mailboxes)) {
      const graphs = agentGraphs(mailbox);
      if (graphs.length > 0) dashboard.addWidgets(...graphs);
    }
    dashboard.addWidgets(
      ...functionGraphs(functionsOf(props)),
      graph(
        'Schedules: finished runs',
        runsOf(props).map(([label, run]) => {
          const { periods: _periods, ...metric } = heartbeat(run, topology.name);
          return new Metric({ ...metric, label });
        }),
      ),
      graph(
        'Dead letters',
        Object.keys(messaging.mailboxes).map((receiver) => deadLetterCount({ application: topology.name, receiver })),
      ),
      graph(
        'Workflows: ended',
        Object.entries(props.orchestration?.workflows ?? {}).flatMap(([name, { stateMachine }]) => [
          stateMachine.metricSucceeded({ label: `${name} succeeded` }),
          stateMachine.metricFailed({ label: `${name} failed` }),
          stateMachine.metricTimedOut({ label: `${name} timed out` }),
        ]),
      ),
    );
    return dashboard;
  }
}

/** Executions that ended as FAILED or TIMED_OUT: a metric of its own each, with no data while it is zero. */
function failures(machine: StateMachine): MathExpression {
  const options = { period: ALARM_PERIOD, statistic: Stats.SUM };
  return new MathExpression({
    expression: 'FILL(failed, 0) + FILL(timedOut, 0)',
    usingMetrics: { failed: machine.metricFailed(options), timedOut: machine.metricTimedOut(options) },
    period: ALARM_PERIOD,
  });
}

function functionsOf({ agents, orchestration }: ObservabilityStackProps): [string, IFunction][] {
  return [
    ...Object.entries(agents.agents).map(([name, agent]): [string, IFunction] => [name, agent.function]),
    ...platformOf({ agents, orchestration }).map((fn): [string, IFunction] => [`platform-${fn.declaration.name}`, fn]),
  ];
}

function platformOf({
  agents,
  orchestration,
}: Pick<ObservabilityStackProps, 'agents' | 'orchestration'>): PlatformFunction[] {
  return Object.values({ ...agents.platform, ...orchestration?.platform });
}

type ScheduledRun = PlatformFunction['schedules'][number];

/** Schedules of all platform functions, by names that are unique. */
function runsOf(props: Pick<ObservabilityStackProps, 'agents' | 'orchestration'>): [string, ScheduledRun][] {
  return platformOf(props).flatMap((fn) =>
    fn.schedules.map((run): [string, ScheduledRun] => [`${fn.declaration.name}-${run.trigger.id}`, run]),
  );
}

/** Finished runs of a schedule, which the function itself counts in embedded metric format, and the periods to watch them in. */
function heartbeat({ trigger, every }: ScheduledRun, application: string): MetricProps & { readonly periods: number } {
  const { minutes, periods } = watchOf(every);
  return {
    namespace: 'Laneway',
    metricName: HEARTBEATS,
    dimensionsMap: { application, schedule: trigger.id },
    statistic: Stats.SUM,
    period: Duration.minutes(minutes),
    periods,
  };
}

/** Metrics of the alarms that declarations of platform functions name, by the alarm's kind. */
const PLATFORM_ALARMS: Readonly<
  Record<
    NonNullable<DeclaredFunction['alarms']>[number],
    (fn: PlatformFunction, application: string) => [of: string, metric: IMetric]
  >
> = {
  'unanswered-steps': (_fn, application) => ['application', unansweredSteps(application)],
  'sweep-failures': ({ declaration }, application) => [declaration.name, sweepFailures(application)],
  'sweep-lag': ({ declaration }, application) => [declaration.name, sweepLag(application, 'SweepLag')],
  'deep-sweep-lag': ({ declaration }, application) => [declaration.name, sweepLag(application, 'DeepSweepLag')],
  'unsent-messages': (_fn, application) => ['application', unsentMessages(application)],
  'unreadable-rows': ({ declaration }, application) => {
    const rows = declaration.name === 'ledger-stream' ? 'ledger' : 'requests';
    return [rows, unreadableRows(application, rows)];
  },
  'breaker-open': (_fn, application) => ['application', breakersOpened(application)],
  'ledger-stream-age': (fn) => [
    fn.declaration.name,
    fn.metric('IteratorAge', { period: ALARM_PERIOD, statistic: Stats.MAXIMUM }),
  ],
};

/** Conversations that ran away and were stopped; the drain writes the metric. */
function runaways(application: string): Metric {
  return new Metric({
    namespace: 'Laneway',
    metricName: 'Runaways',
    dimensionsMap: { application },
    statistic: Stats.SUM,
    period: ALARM_PERIOD,
  });
}

/** Requests that came to a person; the function that escalates them writes the metric, in embedded metric format. */
function peopleAsked(application: string): Metric {
  return new Metric({
    namespace: 'Laneway',
    metricName: 'Escalations',
    dimensionsMap: { application, rung: 'person' },
    statistic: Stats.SUM,
    period: ALARM_PERIOD,
  });
}

/** Counted by the supervisor, in embedded metric format. */
function unansweredSteps(application: string): Metric {
  return new Metric({
    namespace: 'Laneway',
    metricName: 'UnansweredSteps',
    dimensionsMap: { application },
    statistic: Stats.SUM,
    period: ALARM_PERIOD,
  });
}

/** Counted by the sweeper and the supervisor, in embedded metric format. */
function sweepFailures(application: string): Metric {
  return new Metric({
    namespace: 'Laneway',
    metricName: 'SweepFailures',
    dimensionsMap: { application },
    statistic: Stats.SUM,
    // Its schedule: three periods are three runs.
    period: durationOf(SWEEP_EVERY),
  });
}

/** Told by the sweeper at the end of each run, in embedded metric format. */
function sweepLag(application: string, metricName: SweepLagMetric): Metric {
  return new Metric({
    namespace: 'Laneway',
    metricName,
    dimensionsMap: { application },
    statistic: Stats.MAXIMUM,
    period: durationOf(SWEEP_EVERY),
  });
}

/** Outcomes whose messages the sweeper could not send either, in embedded metric format. */
function unsentMessages(application: string): Metric {
  return new Metric({
    namespace: 'Laneway',
    metricName: 'UnsentOutcomes',
    dimensionsMap: { application },
    statistic: Stats.SUM,
    period: durationOf(SWEEP_EVERY),
  });
}

/** Breakers that failures opened; the function behind the ledger's stream writes the metric, in embedded metric format. */
function breakersOpened(application: string): Metric {
  return new Metric({
    namespace: 'Laneway',
    metricName: BREAKERS_OPENED,
    dimensionsMap: { application },
    statistic: Stats.SUM,
    period: ALARM_PERIOD,
  });
}

/** Rows that cannot be read: of the ledger by its stream, of requests by the sweeper, in embedded metric format. */
function unreadableRows(application: string, rows: UnreadableTable): Metric {
  return new Metric({
    namespace: 'Laneway',
    metricName: 'UnreadableRows',
    dimensionsMap: { application, table: rows },
    statistic: Stats.SUM,
    period: ALARM_PERIOD,
  });
}
