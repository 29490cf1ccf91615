import { readingsWith, type Reading, type ReadingWith, type Reason } from '../schemas.js';
import { expectedOilPressureBar, oilResidual, type FleetBaseline } from './fit-baseline.js';
import { lowestOilPressureBar } from './physical-limits.js';
import { clamp, mean, median } from './robust-statistics.js';

/** Closer to half of the expected pressure than to all of it: ln(1/2) / 2, a drop of 29 %. */
const CLOSER_TO_HALF = -Math.LN2 / 2;
/** The newest history that is judged together with a short report. */
const WINDOW = 5;
/** Number of older readings that weigh as much as the fleet when the vehicle's own usual pressure is estimated. */
const HISTORY_PRIOR = 20;
/** The vehicle's own usual pressure may differ from the fleet's by 20 % at most; beyond, its history is itself suspect. */
const OWN_BOUND = Math.log(1.2);

/**
 * Judges the oil pressure of a report, oldest reading first, by the readings that have speed and oil pressure.
 *
 * Critical: the last reading, or a third of all, below the physical minimum for its speed. A single earlier dip in a
 * longer report that has recovered is mentioned and is no alarm, as warning lamps are debounced.
 * Warning: the mean of ln(measured / expected) lies below the limit calibrated on the fleet for so many readings and
 * closer to a halved pressure than to a normal one. A short report is judged a second time together with the newest
 * readings of the vehicle's history, which finds a drop that lasts.
 */
export function judgeOilPressure(
  readings: readonly Reading[],
  history: readonly Reading[],
  baseline: FleetBaseline,
): Reason[] {
  const running = readingsWith(readings, 'rpm', 'oilPressureBar').filter(isRunning);
  const older = readingsWith(history, 'rpm', 'oilPressureBar').filter(isRunning);
  if (running.length === 0) return [];
  return [...physical(running), ...statistical(running, older, baseline)];
}

type OilReading = ReadingWith<'rpm' | 'oilPressureBar'>;

const isRunning = (reading: OilReading): boolean => lowestOilPressureBar(reading.rpm) !== undefined;
const breaches = (reading: OilReading): boolean => reading.oilPressureBar < (lowestOilPressureBar(reading.rpm) ?? 0);

function physical(readings: readonly OilReading[]): Reason[] {
  const below = readings.filter(breaches);
  const last = readings.at(-1);
  const worst = below.toSorted((a, b) => a.oilPressureBar - b.oilPressureBar)[0];
  if (worst === undefined || last === undefined) return [];
  const shown = breaches(last) ? last : worst;
  const critical = breaches(last) || below.length * 3 >= readings.length;
  const limit = lowestOilPressureBar(shown.rpm) ?? 0;
  const fact = `Oil pressure ${shown.oilPressureBar.toFixed(2)} bar at ${shown.rpm.toFixed(0)} rpm is below the minimum of ${limit.toFixed(2)} bar`;
  return [
    {
      code: critical ? 'OIL_PRESSURE_CRITICAL' : 'OIL_PRESSURE_DIP',
      severity: critical ? 'critical' : 'normal',
      signal: 'oilPressureBar',
      value: shown.oilPressureBar,
      expected: limit,
      basis: 'limit',
      text: critical ? `${fact}: stop the engine.` : `${fact}, once, and recovered.`,
    },
  ];
}

function statistical(
  readings: readonly OilReading[],
  history: readonly OilReading[],
  baseline: FleetBaseline,
): Reason[] {
  const window = readings.length < WINDOW ? history.slice(readings.length - WINDOW) : [];
  const settled = history.slice(0, history.length - window.length);
  const own = ownOffset(settled, baseline);
  const residuals = readings.map((reading) => oilResidual(reading, baseline) - own);
  const current = mean(residuals);
  const lasting = mean([...window.map((reading) => oilResidual(reading, baseline) - own), ...residuals]);
  const alone = current < dropLimit(readings.length, baseline);
  const together = window.length >= 2 && current < 0 && lasting < dropLimit(readings.length + window.length, baseline);
  if (!alone && !together) return [];
  const depth = alone ? current : lasting;
  const judged = alone ? readings : [...window, ...readings];
  const expected = median(judged.map(({ rpm }) => expectedOilPressureBar(rpm, baseline))) * Math.exp(own);
  const value = expected * Math.exp(depth);
  const count = judged.length === 1 ? 'one reading' : `${String(judged.length)} readings`;
  return [
    {
      code: 'OIL_PRESSURE_LOW',
      severity: 'warning',
      signal: 'oilPressureBar',
      value,
      expected,
      basis: alone && settled.length < HISTORY_PRIOR ? 'fleet' : 'history',
      text: `Oil pressure averages ${value.toFixed(2)} bar over ${count}, ${((1 - Math.exp(depth)) * 100).toFixed(0)} % below the ${expected.toFixed(2)} bar expected at this speed.`,
    },
  ];
}

/** Usual distance of the vehicle's oil pressure from the fleet's (natural logarithm), drawn towards zero while its history is short. */
function ownOffset(history: readonly OilReading[], baseline: FleetBaseline): number {
  if (history.length === 0) return 0;
  const trust = history.length / (history.length + HISTORY_PRIOR);
  return clamp(trust * median(history.map((reading) => oilResidual(reading, baseline))), -OWN_BOUND, OWN_BOUND);
}

function dropLimit(count: number, baseline: FleetBaseline): number {
  const calibrated = baseline.oilDropLimits.findLast(([size]) => size <= count)?.[1] ?? CLOSER_TO_HALF;
  return Math.min(calibrated, CLOSER_TO_HALF);
}
