import { GraphWidget, Metric, Stats, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { defined } from '../../shared/domain/base/defined.js';
import { ALARM_PERIOD, type Alarms } from '../constructs/alarms.js';
import { depth, oldestAge } from '../constructs/queue-metrics.js';
import { lanesOf, type Mailbox } from '../constructs/queues/mailbox.js';

/** An agent that is watched. */
export interface WatchedAgent {
  /** Name of the topology. */
  readonly application: string;
  readonly mailbox: Mailbox;
  /** Its function; undefined for a worker. */
  readonly fn: IFunction | undefined;
}

/** Alarms of one agent: its dead letters, lanes and function. */
export function addAgentAlarms(alarms: Alarms, { application, mailbox, fn }: WatchedAgent): void {
  const { agent } = mailbox;
  alarms.add('dead-letters', agent, deadLetterCount({ application, receiver: agent }));
  alarms.add('dead-letter-queue-age', agent, oldestAge(mailbox.deadLetterQueue));
  addLaneAlarms(alarms, mailbox);
  if (fn) alarms.add('function-errors', agent, errors(fn));
}

/** Alarms of the lanes of a mailbox. */
export function addLaneAlarms(alarms: Alarms, mailbox: Mailbox): void {
  for (const { key, queue, maxDepth, maxAge } of lanesOf(mailbox)) {
    const of = `${mailbox.agent}-${key}`;
    alarms.add('lane-depth', of, depth(queue), { threshold: maxDepth });
    alarms.add('lane-age', of, oldestAge(queue), { threshold: maxAge.toSeconds() });
  }
}

/** A graph of a dashboard, half as wide as it. */
export function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 12, height: 6 });
}

/** Graphs of an agent's lanes; none without lanes. */
export function agentGraphs(mailbox: Mailbox): GraphWidget[] {
  const lanes = lanesOf(mailbox);
  if (lanes.length === 0) return [];
  return [
    graph(
      `${mailbox.agent}: messages waiting`,
      lanes.map(({ key, queue }) => depth(queue, key)),
    ),
    graph(
      `${mailbox.agent}: age of the oldest, s`,
      lanes.map(({ key, queue }) => oldestAge(queue, key)),
    ),
  ];
}

/** Graphs of functions, by name. */
export function functionGraphs(functions: readonly (readonly [string, IFunction])[]): GraphWidget[] {
  return [
    graph(
      'Functions: duration p99, ms',
      functions.map(([name, fn]) => fn.metricDuration({ label: name, statistic: 'p99' })),
    ),
    graph(
      'Functions: errors',
      functions.map(([name, fn]) => errors(fn, name)),
    ),
  ];
}

/** Counted by the drain, in embedded metric format. */
export function deadLetterCount(dimensions: { readonly application: string; readonly receiver?: string }): Metric {
  return new Metric({
    namespace: 'Laneway',
    metricName: 'DeadLetters',
    dimensionsMap: { ...dimensions },
    label: dimensions.receiver ?? 'all receivers',
    statistic: Stats.SUM,
    period: ALARM_PERIOD,
  });
}

/** Invocations of a function that failed. */
export function errors(fn: IFunction, label?: string): IMetric {
  return fn.metricErrors({
    period: ALARM_PERIOD,
    statistic: Stats.SUM,
    ...defined({ label }),
  });
}
