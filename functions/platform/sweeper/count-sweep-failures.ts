import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Metric `SweepFailures` in namespace `Laneway` by application, written as an embedded-metric log line. */
export function countSweepFailures(application: string, failures: number): void {
  write('SweepFailures', application, failures);
}

/** Metric `UnsentOutcomes`: outcomes of handlings whose messages the sweeper could not send either. */
export function countUnsentOutcomes(application: string, outcomes: number): void {
  write('UnsentOutcomes', application, outcomes);
}

function write(metric: string, application: string, value: number): void {
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarms do not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ application });
  metrics.addMetric(metric, MetricUnit.Count, value);
}
