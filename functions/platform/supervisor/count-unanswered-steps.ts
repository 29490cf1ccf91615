import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Metric `UnansweredSteps` in namespace `Laneway` by application, written as an embedded-metric log line. */
export function countUnansweredSteps(application: string, steps: number): void {
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarm does not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ application });
  metrics.addMetric('UnansweredSteps', MetricUnit.Count, steps);
}
