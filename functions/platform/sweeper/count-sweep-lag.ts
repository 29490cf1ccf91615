import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Metrics of what the sweeper is behind with: what is due, or the archive. */
export type SweepLagMetric = 'SweepLag' | 'DeepSweepLag';

/**
 * A metric in namespace `Laneway` by application, written as an embedded-metric log line, in seconds.
 *
 * @param lag milliseconds; 0 when nothing was left
 */
export function countSweepLag(application: string, metric: SweepLagMetric, lag: number): void {
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarm does not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ application });
  metrics.addMetric(metric, MetricUnit.Seconds, lag / 1000);
}
