import { Duration } from 'aws-cdk-lib';
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling';
import { MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { milliseconds, type Duration as LanewayDuration } from '../../shared/domain/base/duration.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import type { Lane } from '../constructs/queues/mailbox.js';
import { depth, inFlight, oldestAge } from '../constructs/queue-metrics.js';

/** Bounds of the number of tasks of a {@link WorkerService}. */
export interface WorkerScaling {
  /** Tasks that always run, from 1. @default 1 */
  readonly min?: number;
  /** Tasks that may run. @default 10 */
  readonly max?: number;
  /**
   * Messages waiting in all its lanes from which a task is added every minute; two from four times as many, four from
   * sixteen times. @default ten for each message that a task handles at once
   */
  readonly depth?: number;
  /** Age of the oldest message from which a task is added every minute; two from four times that. @default '1 minute' */
  readonly age?: LanewayDuration;
}

/** {@link WorkerScaling} with its defaults filled in. */
export interface ScalingNumbers {
  readonly min: number;
  readonly max: number;
  readonly depth: number;
  readonly ageSeconds: number;
}

/** Fills in defaults and checks the numbers. @throws LanewayError INVALID_OPTION, INVALID_DURATION */
export function scalingOf(scaling: WorkerScaling, concurrency: number): ScalingNumbers {
  const { min = 1, depth: waiting = 10 * concurrency, age = '1 minute' } = scaling;
  const max = scaling.max ?? Math.max(10, min);
  wholeFrom('scaling.min', min, 1);
  wholeFrom('scaling.max', max, min);
  wholeFrom('scaling.depth', waiting, 1);
  const ageSeconds = milliseconds(age) / 1000;
  if (ageSeconds < 1) refuse(`scaling.age is '${age}'`, 'allowed: from 1 second');
  return { min, max, depth: waiting, ageSeconds };
}

/** Adds and removes tasks by the messages that wait in the lanes and those that are being handled. */
export function scaleByLanes(
  service: FargateService,
  lanes: readonly Lane[],
  scaling: ScalingNumbers,
  concurrency: number,
): void {
  const tasks = service.autoScaleTaskCount({ minCapacity: scaling.min, maxCapacity: scaling.max });
  const over = (function_: 'SUM' | 'MAX', metricOf: (lane: Lane['queue']) => Metric, label: string) =>
    new MathExpression({
      expression: `${function_}([${lanes.map((_, index) => `lane${index}`).join(', ')}])`,
      usingMetrics: Object.fromEntries(lanes.map(({ queue }, index) => [`lane${index}`, metricOf(queue)])),
      period: Duration.minutes(1),
      label,
    });
  const out = { adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY, cooldown: Duration.minutes(1) };
  tasks.scaleOnMetric('ByDepth', {
    ...out,
    metric: over('SUM', depth, 'messages waiting'),
    scalingSteps: [
      { lower: scaling.depth, change: 1 },
      { lower: 4 * scaling.depth, change: 2 },
      { lower: 16 * scaling.depth, change: 4 },
    ],
  });
  tasks.scaleOnMetric('ByAge', {
    ...out,
    metric: over('MAX', oldestAge, 'age of the oldest message, s'),
    scalingSteps: [
      { lower: scaling.ageSeconds, change: 1 },
      { lower: 4 * scaling.ageSeconds, change: 2 },
    ],
  });
  // Tasks are removed by the messages that are being handled, not by those that wait: a task that ends in its work
  // gives long work back.
  tasks.scaleOnMetric('WhenIdle', {
    adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
    cooldown: Duration.minutes(5),
    evaluationPeriods: 10,
    metric: over('SUM', inFlight, 'messages being handled'),
    scalingSteps: [
      { upper: 1, change: -2 },
      { lower: 1, upper: Math.max(2, Math.floor(concurrency / 2)), change: -1 },
    ],
  });
}

/** @throws LanewayError INVALID_OPTION */
export function wholeFrom(option: string, given: number, least: number): void {
  if (!Number.isInteger(given) || given < least)
    refuse(`${option} is ${given}`, `allowed: a whole number from ${least}`);
}

/** @throws LanewayError INVALID_OPTION */
export function refuse(what: string, help: string): never {
  throw new LanewayError('INVALID_OPTION', `a WorkerService cannot be made: ${what}`, { help: [help] });
}
