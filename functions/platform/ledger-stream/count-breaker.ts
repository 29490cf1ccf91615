import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { BreakerState } from '../../../shared/domain/breaker/breaker.js';
import { BREAKERS_OPENED } from '../declaration.js';

/** Counts a breaker that opened, by application, as an embedded-metric log line. */
export function countBreaker(application: string, state: BreakerState): void {
  if (state !== 'open') return;
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarms do not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ application });
  metrics.addMetric(BREAKERS_OPENED, MetricUnit.Count, 1);
}
