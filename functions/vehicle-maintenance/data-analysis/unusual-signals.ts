import { readingsWith, type Reading, type ReadingWith, type Reason, type ReasonCode } from '../schemas.js';
import { onScale, type FleetBaseline, type JudgedSignal, type SignalBaseline } from './fit-baseline.js';
import { clamp, mean, median } from './robust-statistics.js';

/**
 * Robust scores beyond this are reported (Iglewicz and Hoaglin 1993 recommend 3.5 for scores built on median and MAD).
 */
const UNUSUAL = 3.5;
const HISTORY_PRIOR = 20;
/** The vehicle's own usual value may lie this many sigmas from the fleet's before its history is suspect as well. */
const OWN_BOUND_SIGMAS = 1;

interface Watched {
  readonly signal: Exclude<JudgedSignal, 'oilPressureBar'>;
  readonly code: ReasonCode;
  readonly name: string;
  readonly unit: string;
  /** A cold engine is no fault: temperatures are watched upwards only. */
  readonly sides: 'both' | 'high';
}

const WATCHED: readonly Watched[] = [
  { signal: 'fuelPressureBar', code: 'FUEL_PRESSURE_UNUSUAL', name: 'Fuel pressure', unit: 'bar', sides: 'both' },
  {
    signal: 'coolantPressureBar',
    code: 'COOLANT_PRESSURE_UNUSUAL',
    name: 'Coolant pressure',
    unit: 'bar',
    sides: 'both',
  },
  { signal: 'coolantTempC', code: 'COOLANT_TEMP_UNUSUAL', name: 'Coolant temperature', unit: '°C', sides: 'high' },
  { signal: 'oilTempC', code: 'OIL_TEMP_UNUSUAL', name: 'Oil temperature', unit: '°C', sides: 'high' },
];

/**
 * Robust score of each other signal against fleet and own history: (median of the report - expected) / sigma of that side,
 * times the root of the number of readings. Oil pressure has its own test, see `oil-pressure.ts`.
 */
export function judgeUnusual(report: readonly Reading[], older: readonly Reading[], baseline: FleetBaseline): Reason[] {
  return WATCHED.flatMap(({ signal, code, name, unit, sides }) => {
    const readings = readingsWith(report, signal);
    if (readings.length === 0) return [];
    const history = readingsWith(older, signal);
    const usual = baseline.signals[signal];
    const expectedOnScale = usual.median + ownOffset(history, signal, usual);
    const deviations = readings.map((reading) => onScale(usual.scale, reading[signal]) - expectedOnScale);
    const typical = readings.length < 3 ? mean(deviations) : median(deviations);
    const sigma = typical < 0 ? usual.sigmaLow : usual.sigmaHigh;
    // The root of n overstates what correlated readings tell, so that it counts up to four readings only.
    const score = (typical / sigma) * Math.sqrt(Math.min(readings.length, 4));
    if (Math.abs(score) < UNUSUAL || (sides === 'high' && score < 0) || Math.abs(typical) < 2 * sigma) return [];
    const back = (x: number): number => (usual.scale === 'log' ? Math.exp(x) : x);
    const expected = back(expectedOnScale);
    const value = back(expectedOnScale + typical);
    const text = `${name} ${value.toFixed(1)} ${unit} is unusually ${score < 0 ? 'low' : 'high'}: ${expected.toFixed(1)} ${unit} expected, score ${score.toFixed(1)}.`;
    return [
      {
        code,
        severity: 'warning',
        signal,
        value,
        expected,
        basis: history.length >= HISTORY_PRIOR ? 'history' : 'fleet',
        text,
      },
    ];
  });
}

function ownOffset<Signal extends JudgedSignal>(
  history: readonly ReadingWith<Signal>[],
  signal: Signal,
  usual: SignalBaseline,
): number {
  if (history.length === 0) return 0;
  const trust = history.length / (history.length + HISTORY_PRIOR);
  const offset = median(history.map((reading) => onScale(usual.scale, reading[signal]))) - usual.median;
  return clamp(trust * offset, -OWN_BOUND_SIGMAS * usual.sigma, OWN_BOUND_SIGMAS * usual.sigma);
}
