import {
  readingsWith,
  SIGNALS,
  type Analysis,
  type FollowUpPriority,
  type Reading,
  type Reason,
  type Severity,
  type Telemetry,
} from '../schemas.js';
import { anomalyScore, estimateFailure } from './failure-estimate.js';
import type { FleetBaseline } from './fit-baseline.js';
import { FLEET_BASELINE } from './fleet-baseline.js';
import { judgeOilPressure } from './oil-pressure.js';
import { recommend } from './recommend.js';
import { judgeTemperatures } from './temperature-limits.js';
import { judgeUnusual } from './unusual-signals.js';

const PRIORITY: Readonly<Record<Severity, FollowUpPriority>> = {
  critical: 'critical',
  warning: 'high',
  normal: 'normal',
};

/**
 * Judges one report of a vehicle: documented physical limits first, then a robust comparison with the fleet and with the
 * vehicle's own history. Pure: the same input gives the same output, no clock and no randomness.
 *
 * @param telemetry readings (any order if they carry times, else oldest first) and optionally older ones as history
 * @param baseline the fleet to compare with; the shipped one by default
 * @returns severity, score, failure estimate, reasons (weightiest severity first), recommendation and follow-up priority
 */
export function analyze(telemetry: Telemetry, baseline: FleetBaseline = FLEET_BASELINE): Analysis {
  const readings = inOrder(telemetry.readings);
  const history = inOrder(telemetry.history ?? []);
  const reasons = [
    ...judgeOilPressure(readings, history, baseline),
    ...judgeTemperatures(readings),
    ...judgeUnusual(readings, history, baseline),
  ].toSorted((a, b) => rank(b) - rank(a));
  const severity = reasons[0]?.severity ?? 'normal';
  const unjudged = SIGNALS.filter((signal) => readingsWith(readings, signal).length === 0);
  return {
    vin: telemetry.vin,
    severity,
    priority: PRIORITY[severity],
    score: anomalyScore(reasons),
    failure: estimateFailure(reasons, readings.length, history.length),
    reasons: reasons.map((reason) => ({ ...reason, value: round(reason.value), expected: round(reason.expected) })),
    recommendation: recommend(reasons),
    ...(unjudged.length === 0 ? {} : { unjudged }),
  };
}

const rank = ({ severity }: Reason): number => ({ normal: 0, warning: 1, critical: 2 })[severity];
const round = (value: number): number => Number(value.toFixed(3));

/** Oldest first. A stable sort, so that readings without time keep their places relative to each other. */
function inOrder(readings: readonly Reading[]): readonly Reading[] {
  if (readings.some(({ time }) => time === undefined)) return readings;
  return readings.toSorted((a, b) => Date.parse(a.time ?? '') - Date.parse(b.time ?? ''));
}
