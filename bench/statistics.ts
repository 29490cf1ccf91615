/** The value below or at which this share (0 to 1) of the values lies: nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Middle and tail of a sample, milliseconds. */
export interface Summary {
  readonly runs: number;
  readonly p50: number;
  /** With fewer than 100 runs the slowest of them. */
  readonly p99: number;
}

/** Middle and tail of a sample. */
export function summarize(values: readonly number[]): Summary {
  return { runs: values.length, p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}
