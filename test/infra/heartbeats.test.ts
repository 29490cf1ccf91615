import { Duration } from 'aws-cdk-lib';
import { schedulesOf } from '../../functions/platform/declaration.js';
import { neededPlatformFunctions } from '../../functions/platform/declarations.js';
import { milliseconds } from '../../shared/domain/base/duration.js';
import { constructId } from '../../infra/stacks/platform-functions.js';
import { smallest } from '../kit/applications/fixture-topology.js';
import { purchases } from '../kit/applications/purchase-topology.js';
import { first } from '../kit/applications/purchases/workflows.js';
import {
  applicationOf,
  idIn,
  resourcesOf,
  statementsOf,
  type Resource,
} from '../kit/stands/synthesized-application.js';

const resources = resourcesOf(applicationOf(purchases, { workflows: [first], approvalLinks: true }));
const of = (type: string): Resource[] => resources.filter((resource) => resource.type === type);
const queues = of('AWS::SQS::Queue');
const functions = of('AWS::Lambda::Function');
const scheduled = neededPlatformFunctions({ topology: purchases.model, workflows: 1, links: true }).filter(
  (declared) => schedulesOf(declared).length > 0,
);
const schedules = scheduled.flatMap((declared) =>
  schedulesOf(declared).map((schedule) => [`${declared.name}-${schedule.id}`, schedule] as const),
);

/** Settings of an alarm, as CloudWatch reads them. */
interface AlarmSettings {
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Period: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
}

function alarmOf(of_: string, kind: string): AlarmSettings {
  const found = of('AWS::CloudWatch::Alarm').filter(
    ({ properties }) =>
      String(properties['AlarmDescription']).startsWith(`${of_}: `) &&
      String(properties['AlarmDescription']).endsWith(`#${kind}`),
  );
  expect([of_, found.length]).toEqual([of_, 1]);
  return found[0]?.properties as unknown as AlarmSettings;
}

/** First minute at whose end CloudWatch has the alarm rise, of a metric that has one count at each of some minutes. */
function risesAt(alarm: AlarmSettings, counts: readonly number[], until: number): number | undefined {
  const { EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, Period, Threshold } = alarm;
  const length = Period / 60;
  for (let end = length * EvaluationPeriods; end <= until; end += length) {
    let breaching = 0;
    for (let from = end - length * EvaluationPeriods; from < end; from += length) {
      const sum = counts.filter((minute) => minute >= from && minute < from + length).length;
      if (sum === 0) breaching += alarm.TreatMissingData === 'breaching' ? 1 : 0;
      else if (alarm.ComparisonOperator === 'LessThanThreshold' ? sum < Threshold : sum > Threshold) breaching++;
    }
    if (breaching >= DatapointsToAlarm) return end;
  }
  return undefined;
}

describe('a scheduled function that fails', () => {
  it('is looked for among all that are declared', () => {
    expect(scheduled.map(({ name }) => name)).toEqual(expect.arrayContaining(['sweeper', 'supervisor', 'ledger-seal']));
  });

  it.each(schedules)('%s: an alarm rises when no run ends well, and at no other time', (name, schedule) => {
    const alarm = alarmOf(name, 'no-heartbeat');
    expect(JSON.stringify(alarm)).toContain(`{"Name":"schedule","Value":"${schedule.id}"}`);
    expect(alarm).toMatchObject({ Namespace: 'Laneway', MetricName: 'Heartbeats', Statistic: 'Sum' });
    const every = schedule.every === 'sealEvery' ? 5 : milliseconds(schedule.every) / 60_000;
    const long = every * 20;
    // Runs last up to four minutes and begin anywhere in a period: an empty one and one with two are both well.
    for (const offset of [0, every / 3, every - 1]) {
      const well = Array.from({ length: 22 }, (_, run) => Math.max(0, run * every + offset + ((run * 3) % 5) - every));
      expect([offset, risesAt(alarm, well, long)]).toEqual([offset, undefined]);
    }
    const dead = risesAt(alarm, [0], long) ?? Infinity;
    // A period has five minutes at least.
    expect(dead).toBeLessThanOrEqual(every === 1_440 ? 28 * 60 : 4 * Math.max(5, every));
    // CloudWatch looks back a day, and a week where a period is an hour or longer.
    expect(alarm.Period % 60).toBe(0);
    expect(alarm.Period * alarm.EvaluationPeriods).toBeLessThanOrEqual(86_400 * (alarm.Period >= 3_600 ? 7 : 1));
  });

  it('the longest interval of seals that is not refused has an alarm that CloudWatch takes', () => {
    const longest = resourcesOf(applicationOf(smallest, { ledger: { sealEvery: Duration.hours(166) } }));
    const watching = longest.filter(
      ({ type, properties }) =>
        type === 'AWS::CloudWatch::Alarm' && JSON.stringify(properties).includes('"Value":"SealSchedule"'),
    );
    expect(watching).toMatchObject([{ properties: { Period: 3_600, EvaluationPeriods: 168 } }]);
  });

  it.each(scheduled.map(({ name }) => [name] as const))(
    '%s: its errors at minutes 0, 1, 3, 5, 6, 8 raise function-errors',
    (name) => {
      const errors = [15, 16, 18, 20, 21, 23, 25, 26, 28];
      const alarm = alarmOf(`platform-${name}`, 'function-errors');
      expect(risesAt(alarm, errors, 60)).toBe(19);
      expect(risesAt(alarm, [15, 20], 60)).toBeUndefined();
    },
  );

  it.each(scheduled.map(({ name, description }) => [name, description] as const))(
    '%s: Lambda puts what it gave up of its calls into the dead letter queue of the platform',
    (name, description) => {
      const fn = functions.find(({ properties }) => properties['Description'] === `Laneway: ${description}`);
      const [config, ...more] = of('AWS::Lambda::EventInvokeConfig').filter(
        ({ properties }) => idIn(properties['FunctionName'], functions) === fn?.id,
      );
      expect(more).toEqual([]);
      const destination = config?.properties['DestinationConfig'] as { OnFailure?: { Destination?: unknown } };
      expect(idIn(destination.OnFailure?.Destination, queues)).toMatch(/^PlatformDeadLetters/);
      const sends = statementsOf(resources, new RegExp(`^${constructId(name)}Role`)).filter(({ Action, Resource }) =>
        [Action, JSON.stringify(Resource)]
          .flat()
          .join()
          .match(/sqs:SendMessage.*PlatformDeadLetters/),
      );
      expect(sends).toHaveLength(1);
    },
  );

  it('shows on the dashboard', () => {
    const dashboard = JSON.stringify(of('AWS::CloudWatch::Dashboard')[0]?.properties);
    for (const [name, { id }] of schedules) {
      expect(dashboard).toContain(id);
      expect(dashboard).toContain(name);
    }
  });
});
