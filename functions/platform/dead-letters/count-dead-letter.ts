import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { isRunaway, type DeadLetterReason } from '../../../shared/domain/delivery/dead-letter.js';

/**
 * Metric `DeadLetters` in namespace `Laneway`, written as embedded-metric log lines: once by application and receiver,
 * and once by application alone, so that an alarm also sees receivers that are no agents. A dead letter of a
 * conversation that ran away and was stopped counts in `Runaways` as well.
 */
export function countDeadLetter(application: string, receiver: string, reason: DeadLetterReason): void {
  write('DeadLetters', { application, receiver });
  write('DeadLetters', { application });
  if (isRunaway(reason)) write('Runaways', { application });
}

function write(metric: string, dimensions: Readonly<Record<string, string>>): void {
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarms do not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ ...dimensions });
  metrics.addMetric(metric, MetricUnit.Count, 1);
}
