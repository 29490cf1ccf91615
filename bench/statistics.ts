import { quantile } from '../cli/demo/quantile.js';

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
