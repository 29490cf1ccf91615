import type { FailureEstimate, Reason, ReasonCode } from '../schemas.js';

/**
 * Probability of a failure within 30 days that each finding brings by itself, if nothing is done. It is an engineering
 * judgement and not fitted: the telemetry at hand carries no failures, and its condition label is unrelated to extreme values
 * (61 % of readings below 0.7 bar of oil pressure carry the label that 63 % of all carry).
 */
const HAZARD: Readonly<Record<ReasonCode, number>> = {
  OIL_PRESSURE_CRITICAL: 0.7,
  OIL_PRESSURE_LOW: 0.25,
  OIL_PRESSURE_DIP: 0.03,
  COOLANT_OVERHEATING: 0.6,
  COOLANT_HOT: 0.2,
  OIL_OVERHEATING: 0.5,
  OIL_HOT: 0.15,
  FUEL_PRESSURE_UNUSUAL: 0.1,
  COOLANT_PRESSURE_UNUSUAL: 0.1,
  COOLANT_TEMP_UNUSUAL: 0.1,
  OIL_TEMP_UNUSUAL: 0.1,
};
const BASE_RATE = 0.01;

/**
 * Combines the findings as independent causes: 1 - (1 - base) * product(1 - hazard). Confidence grows with the number of
 * readings judged and half as fast with history, from 0.3 for one reading alone; a limit crossed is more certain than a
 * comparison, so that it counts like two more readings.
 */
export function estimateFailure(reasons: readonly Reason[], readings: number, history: number): FailureEstimate {
  const survives = reasons.reduce((share, { code }) => share * (1 - HAZARD[code]), 1 - BASE_RATE);
  const evidence = readings + history / 2 + (reasons.some(({ basis }) => basis === 'limit') ? 2 : 0);
  return {
    probability: round(1 - survives),
    confidence: round(Math.min(0.95, 0.1 + (0.85 * evidence) / (evidence + 3.25))),
  };
}

/** Abnormality of a report, 0-1: the failure probability without its base rate, so that only findings tell vehicles apart. */
export function anomalyScore(reasons: readonly Reason[]): number {
  return round(1 - reasons.reduce((share, { code }) => share * (1 - HAZARD[code]), 1));
}

/** The finding that weighs most, which names the component to look at. */
export function weightiest(reasons: readonly Reason[]): Reason | undefined {
  return reasons.toSorted((a, b) => HAZARD[b.code] - HAZARD[a.code])[0];
}

const round = (value: number): number => Number(value.toFixed(3));
