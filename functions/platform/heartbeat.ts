import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { HEARTBEATS, schedulesOf, type ScheduleTrigger } from './declaration.js';
import { PLATFORM_FUNCTIONS, type DeclaredFunction } from './declarations.js';

const ALL: readonly DeclaredFunction[] = PLATFORM_FUNCTIONS;

/**
 * Notes that a scheduled function has done what one of its schedules is there for, as an embedded-metric log line. An
 * alarm rises when none comes. A run by an operator's command counts as well, as it did the same work. Functions
 * without a schedule note nothing.
 *
 * @param name function that ran
 * @param event event that it was given
 */
export function beat(application: string, name: string, event: unknown): void {
  const declared = ALL.find((one) => one.name === name);
  const schedule = declared && scheduleBehind(schedulesOf(declared), event);
  if (!schedule) return;
  const metrics = new Metrics({ namespace: 'Laneway', singleMetric: true });
  // Powertools adds a dimension `service` of its own, which our alarms do not name.
  metrics.clearDefaultDimensions();
  metrics.addDimensions({ application, schedule: schedule.id });
  metrics.addMetric(HEARTBEATS, MetricUnit.Count, 1);
}

/** The schedule that gives such an event: one whose input it holds, else the one that gives none. */
export function scheduleBehind(schedules: readonly ScheduleTrigger[], event: unknown): ScheduleTrigger | undefined {
  const given = new Map<string, unknown>(typeof event === 'object' && event !== null ? Object.entries(event) : []);
  const holds = (input: object) =>
    Object.entries(input).every(([key, value]) => JSON.stringify(given.get(key)) === JSON.stringify(value));
  return (
    schedules.find(({ input }) => input !== undefined && holds(input)) ??
    schedules.find(({ input }) => input === undefined)
  );
}
