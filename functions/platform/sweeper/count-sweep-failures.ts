import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Metric `SweepFailures` in namespace `Laneway` by application, written as an embedded-metric log line. */
export function countSweepFailures(application: string, failures: number): void {
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarm does not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ application });
  metrics.addMetric('SweepFailures', MetricUnit.Count, failures);
}
