import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { defined } from '../../shared/domain/base/defined.js';

/** Condition on which an alarm rises. */
interface AlarmRule {
  /** Value that the metric must exceed, in the unit of the metric. `undefined`: each alarm brings its own. */
  readonly threshold: number | undefined;
  /** Last periods that are looked at. */
  readonly periods: number;
  /** Periods among them that must be over the threshold. @defaultValue all of them */
  readonly breaching?: number;
  /** True for a metric that must not be missing: the alarm rises when it is under the threshold, or silent, throughout. */
  readonly silence?: true;
  /** Completes "<watched thing>: ...". */
  readonly says: string;
}

/**
 * Kinds of alarm, each with an entry of the same name in `docs/how-to/runbook.md`; a test holds the two together. An alarm
 * rises when its metric is over the threshold in each of the periods, or in as many as `breaching` says.
 */
export const ALARM_KINDS = {
  'dead-letters': { threshold: 0, periods: 1, says: 'deliveries became dead letters' },
  runaways: { threshold: 0, periods: 1, says: 'a conversation ran away and was stopped' },
  'person-needed': { threshold: 0, periods: 1, says: 'a request waits for the answer of a person' },
  'dead-letter-queue-age': { threshold: 300, periods: 1, says: 'a dead letter queue is not being drained' },
  'lane-depth': { threshold: undefined, periods: 3, says: 'a lane holds more messages than its channels allow' },
  'lane-age': { threshold: undefined, periods: 3, says: 'a lane holds messages that should long have been handled' },
  // Lambda repeats an asynchronous call after one and two minutes, and a lane after its visibility: failures have gaps.
  'function-errors': { threshold: 0, periods: 15, breaching: 3, says: 'invocations of a function fail' },
  'no-heartbeat': { threshold: 1, periods: 3, silence: true, says: 'no run of a scheduled function has ended well' },
  'workflow-failures': { threshold: 0, periods: 1, says: 'executions of a workflow failed' },
  'unanswered-steps': { threshold: 0, periods: 1, says: 'steps waited for an answer that nobody would give' },
  'sweep-failures': { threshold: 0, periods: 3, says: 'the sweeper cannot settle what it finds' },
  'sweep-lag': { threshold: 600, periods: 2, says: 'the sweeper falls behind what is due' },
  // A third of the time for which the ledger keeps what the deep sweep needs.
  'deep-sweep-lag': { threshold: 604_800, periods: 2, says: 'the deep sweep falls behind the archive' },
  'unsent-messages': { threshold: 0, periods: 1, says: 'messages that are stored cannot be sent' },
  'unreadable-rows': { threshold: 0, periods: 1, says: 'rows of a table cannot be read' },
  'breaker-open': { threshold: 0, periods: 1, says: 'a breaker of an agent opened: messages wait' },
  'ledger-stream-age': { threshold: 900_000, periods: 3, says: 'the archive falls behind the ledger' },
} as const satisfies Readonly<Record<string, AlarmRule>>;

/** Key of {@link ALARM_KINDS}. */
export type AlarmKind = keyof typeof ALARM_KINDS;

/** Length of one period of every alarm's metric. */
export const ALARM_PERIOD = Duration.minutes(1);

/** Place in the runbook to which an alarm's description points. */
export function runbookEntry(kind: AlarmKind): string {
  return `docs/how-to/runbook.md#${kind}`;
}

/** Values of one alarm, in place of those of its kind. */
export interface AlarmOverrides {
  /** Threshold in the unit of the metric. @default the one of the kind, else 0 */
  readonly threshold?: number | undefined;
  /** Last periods that are looked at. @default those of the kind */
  readonly periods?: number;
}

/** The alarms of an application, made in one way: description with runbook entry, actions, and what missing data means. */
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
   * Adds an alarm that rises as its kind says. Missing data is good, except where silence is what the kind warns of.
   *
   * @param of name of the watched thing, unique within the kind
   */
  add(kind: AlarmKind, of: string, metric: IMetric, own: AlarmOverrides = {}): Alarm {
    const rule: AlarmRule = ALARM_KINDS[kind];
    const { silence = false, breaching } = rule;
    const alarm = new Alarm(this, `${kind}-${of}`, {
      metric,
      threshold: own.threshold ?? rule.threshold ?? 0,
      comparisonOperator: silence ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: own.periods ?? rule.periods,
      ...defined({ datapointsToAlarm: breaching }),
      treatMissingData: silence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${of}: ${rule.says}. What to do: ${runbookEntry(kind)}`,
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
