import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/**
 * Metric `Escalations` in namespace `Laneway`, by application and rung (`retry`, `agent`, `channel`, `person`), written as an
 * embedded-metric log line.
 */
export function countRung(application: string, rung: string): void {
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarms do not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ application, rung });
  metrics.addMetric('Escalations', MetricUnit.Count, 1);
}
