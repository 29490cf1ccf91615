import type { FullReading, ReadingWith, SignalName } from '../schemas.js';
import { clamp, mean, median, quantile, robustSigma } from './robust-statistics.js';

/** Signals judged against the fleet; speed is the driver's choice and judges nothing by itself. */
export const JUDGED_SIGNALS = [
  'oilPressureBar',
  'fuelPressureBar',
  'coolantPressureBar',
  'oilTempC',
  'coolantTempC',
] as const;
export type JudgedSignal = (typeof JUDGED_SIGNALS)[number];

/**
 * Usual values of a signal: median, robust sigma (MAD), and a sigma for each side from the 5 % and 95 % quantiles, since
 * these signals are skewed. Pressures are described by their natural logarithm, temperatures by °C.
 */
export interface SignalBaseline {
  readonly scale: 'log' | 'linear';
  readonly median: number;
  readonly sigma: number;
  readonly sigmaLow: number;
  readonly sigmaHigh: number;
}

/** Expected oil pressure (bar) for engine speeds from `fromRpm` up to the next band. */
export interface OilBand {
  readonly fromRpm: number;
  readonly medianBar: number;
}

/** Everything the analysis knows of the fleet; fitted by {@link fitBaseline}, shipped as `fleet-baseline.ts`. */
export interface FleetBaseline {
  /** Rows 1 to `rows` of the source were used, no others. */
  readonly rows: number;
  readonly signals: Readonly<Record<JudgedSignal, SignalBaseline>>;
  readonly oilBands: readonly OilBand[];
  /** Share of healthy reports whose mean oil-pressure residual lies below the limit for their number of readings. */
  readonly falseAlarmShare: number;
  /** `[number of readings, limit of the mean log residual]`, ascending. */
  readonly oilDropLimits: readonly (readonly [readings: number, limit: number])[];
}

const BANDS_FROM_RPM = [0, 500, 600, 700, 800, 1000, 1200, 1500] as const;
/** A band's median is trusted as much as the fleet's once it holds this many readings. */
const BAND_PRIOR = 200;
const REPORT_SIZES = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20] as const;
const FALSE_ALARM_SHARE = 0.035;
const DRAWS = 20_000;
/** A reading further than this many sigmas counts as this many: one broken sample may not decide for all. */
const WINSOR_SIGMAS = 3;

/** `value` on the scale on which a signal is judged. A pressure of zero becomes one thousandth of a bar. */
export const onScale = (scale: 'log' | 'linear', value: number): number =>
  scale === 'log' ? Math.log(Math.max(value, 0.001)) : value;

/**
 * Fits the baseline to readings of a fleet most of which is healthy. Deterministic: the draws that calibrate the
 * limits come from a fixed seed.
 */
export function fitBaseline(readings: readonly FullReading[]): FleetBaseline {
  if (readings.length < 200)
    throw new RangeError(`fitBaseline: got ${String(readings.length)} readings, needs at least 200`);
  const signals = Object.fromEntries(JUDGED_SIGNALS.map((signal) => [signal, fitSignal(readings, signal)])) as Record<
    JudgedSignal,
    SignalBaseline
  >;
  const oilBands = fitOilBands(readings);
  const draft = { rows: readings.length, signals, oilBands, falseAlarmShare: FALSE_ALARM_SHARE, oilDropLimits: [] };
  return { ...draft, oilDropLimits: calibrate(readings.map((reading) => oilResidual(reading, draft))) };
}

/** ln(measured / expected oil pressure) of a reading, winsorised: -0.69 is half of what the fleet shows at that speed. */
export function oilResidual(reading: ReadingWith<'rpm' | 'oilPressureBar'>, baseline: FleetBaseline): number {
  const bound = WINSOR_SIGMAS * baseline.signals.oilPressureBar.sigma;
  const residual = onScale('log', reading.oilPressureBar) - Math.log(expectedOilPressureBar(reading.rpm, baseline));
  return clamp(residual, -bound, bound);
}

/** Oil pressure that the fleet shows at `rpm`, in bar: the median of the speed's band. */
export function expectedOilPressureBar(rpm: number, baseline: FleetBaseline): number {
  const band = baseline.oilBands.findLast(({ fromRpm }) => rpm >= fromRpm);
  return band?.medianBar ?? Math.exp(baseline.signals.oilPressureBar.median);
}

function fitSignal(readings: readonly FullReading[], signal: SignalName): SignalBaseline {
  const scale = signal.endsWith('Bar') ? 'log' : 'linear';
  const values = readings.map((reading) => onScale(scale, reading[signal]));
  const middle = median(values);
  return {
    scale,
    median: round(middle),
    sigma: round(robustSigma(values)),
    sigmaLow: round((middle - quantile(values, 0.05)) / 1.645),
    sigmaHigh: round((quantile(values, 0.95) - middle) / 1.645),
  };
}

function fitOilBands(readings: readonly FullReading[]): OilBand[] {
  const fleet = median(readings.map((reading) => reading.oilPressureBar));
  return BANDS_FROM_RPM.map((fromRpm, at) => {
    const until = BANDS_FROM_RPM[at + 1] ?? Number.POSITIVE_INFINITY;
    const inside = readings.filter(({ rpm }) => rpm >= fromRpm && rpm < until).map((reading) => reading.oilPressureBar);
    const trust = inside.length / (inside.length + BAND_PRIOR);
    return { fromRpm, medianBar: round(inside.length === 0 ? fleet : trust * median(inside) + (1 - trust) * fleet) };
  });
}

/** For each report size, the value below which `FALSE_ALARM_SHARE` of healthy reports of that size fall. */
function calibrate(residuals: readonly number[]): [number, number][] {
  const random = seededRandom(20_240_601);
  return REPORT_SIZES.map((size) => {
    if (size === 1) return [1, round(quantile(residuals, FALSE_ALARM_SHARE))];
    const means = Array.from({ length: DRAWS }, () =>
      mean(Array.from({ length: size }, () => residuals[Math.floor(random() * residuals.length)] ?? 0)),
    );
    return [size, round(quantile(means, FALSE_ALARM_SHARE))];
  });
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32, a public-domain generator). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const round = (value: number): number => Number(value.toFixed(4));
