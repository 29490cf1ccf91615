import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/**
 * Metric `DeadLetters` in namespace `Laneway`, written as embedded-metric log lines: once by application and receiver,
 * and once by application alone, so that an alarm also sees receivers that are no agents.
 */
export function countDeadLetter(application: string, receiver: string): void {
  write({ application, receiver });
  write({ application });
}

function write(dimensions: Readonly<Record<string, string>>): void {
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarms do not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ ...dimensions });
  metrics.addMetric('DeadLetters', MetricUnit.Count, 1);
}
