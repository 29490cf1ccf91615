/** Quantile `share` (0-1) with linear interpolation between the two nearest values. NaN for no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) return Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Middle value; of an even number, the mean of the two middle ones. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * Median absolute deviation, scaled by 1.4826 so that it equals the standard deviation of normally distributed
 * values (Rousseeuw and Croux 1993). Half of the values may be arbitrarily wrong without moving it far.
 */
export function robustSigma(values: readonly number[]): number {
  const middle = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)));
}

/** Arithmetic mean. NaN for no values. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** `value`, but not below `low` nor above `high`. */
export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
