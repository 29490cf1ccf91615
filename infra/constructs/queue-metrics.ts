import { Fn } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { defined } from '../../shared/domain/base/defined.js';
import { ALARM_PERIOD } from './alarms.js';

/** Messages that wait in a queue. */
export function depth(queue: Pick<IQueue, 'queueArn'>, label?: string): Metric {
  return queueMetric('ApproximateNumberOfMessagesVisible', queue, label);
}

/** Messages of a queue that were received and are being handled. */
export function inFlight(queue: Pick<IQueue, 'queueArn'>, label?: string): Metric {
  return queueMetric('ApproximateNumberOfMessagesNotVisible', queue, label);
}

/** Age in seconds of the message that waits longest. */
export function oldestAge(queue: Pick<IQueue, 'queueArn'>, label?: string): Metric {
  return queueMetric('ApproximateAgeOfOldestMessage', queue, label);
}

/** The name is taken from the ARN, which other stacks import anyway, to spare one export per queue. */
function queueMetric(metricName: string, queue: Pick<IQueue, 'queueArn'>, label?: string): Metric {
  return new Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName: Fn.select(5, Fn.split(':', queue.queueArn)) },
    statistic: Stats.MAXIMUM,
    period: ALARM_PERIOD,
    ...defined({ label }),
  });
}
