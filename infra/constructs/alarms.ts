import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/**
 * Kinds of alarm, each with an entry of the same name in `docs/runbook.md`; a test holds the two together. An alarm
 * rises when its metric is over the threshold in each of the periods.
 */
export const ALARM_KINDS = {
  'dead-letters': { threshold: 0, periods: 1, says: 'deliveries became dead letters' },
  runaways: { threshold: 0, periods: 1, says: 'a conversation ran away and was stopped' },
  'person-needed': { threshold: 0, periods: 1, says: 'a request waits for the answer of a person' },
  'dead-letter-queue-age': { threshold: 300, periods: 1, says: 'a dead letter queue is not being drained' },
  'lane-depth': { threshold: undefined, periods: 3, says: 'a lane holds more messages than its channels allow' },
  'function-errors': { threshold: 0, periods: 3, says: 'invocations of a function fail' },
  'workflow-failures': { threshold: 0, periods: 1, says: 'executions of a workflow failed' },
  'unanswered-steps': { threshold: 0, periods: 1, says: 'steps waited for an answer that nobody would give' },
  'sweep-failures': { threshold: 0, periods: 3, says: 'the sweeper cannot settle what it finds' },
  'ledger-stream-age': { threshold: 900_000, periods: 3, says: 'the archive falls behind the ledger' },
} as const;

/** Key of {@link ALARM_KINDS}. */
export type AlarmKind = keyof typeof ALARM_KINDS;

/** Length of one period of every alarm's metric. */
export const ALARM_PERIOD = Duration.minutes(1);

/** Place in the runbook to which an alarm's description points. */
export function runbookEntry(kind: AlarmKind): string {
  return `docs/runbook.md#${kind}`;
}

/** The alarms of an application, made in one way: description with runbook entry, missing data is good, actions. */
export class Alarms extends Construct {
  /** All alarms added so far, in order. */
  readonly alarms: Alarm[] = [];

  constructor(
    scope: Construct,
    id: string,
    /** Topic to which every alarm reports that it rises and that it is over. */
    private readonly topic?: ITopic,
  ) {
    super(scope, id);
  }

  /**
   * Adds an alarm that rises when `metric` is above the threshold in every period of its kind.
   *
   * @param of name of the watched thing, unique within the kind
   * @param threshold in the unit of the metric. @default the one of the kind, else 0
   */
  add(kind: AlarmKind, of: string, metric: IMetric, threshold?: number): Alarm {
    const { periods, says, threshold: own } = ALARM_KINDS[kind];
    const alarm = new Alarm(this, `${kind}-${of}`, {
      metric,
      threshold: threshold ?? own ?? 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${of}: ${says}. What to do: ${runbookEntry(kind)}`,
    });
    if (this.topic) {
      const action = new SnsAction(this.topic);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    this.alarms.push(alarm);
    return alarm;
  }
}
