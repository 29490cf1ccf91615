import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Tables whose rows others than their readers write, as the metric has them. */
export type UnreadableTable = 'ledger' | 'requests';

/** Metric `UnreadableRows` in namespace `Laneway` by application and table, written as an embedded-metric log line. */
export function countUnreadableRows(application: string, table: UnreadableTable, rows: number): void {
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarms do not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ application, table });
  metrics.addMetric('UnreadableRows', MetricUnit.Count, rows);
}
