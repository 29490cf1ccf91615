import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Metric `DeadLetters` in namespace `Laneway`, by application and receiver, written as an embedded-metric log line. */
export function countDeadLetter(application: string, receiver: string): void {
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarms do not name.
  metrics.clearDefaultDimensions();
  metrics.addDimension('application', application);
  metrics.addDimension('receiver', receiver);
  metrics.addMetric('DeadLetters', MetricUnit.Count, 1);
}
