/** Something in an export that is not as it was written. */
export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly chain?: string;
  /** Number in the chain. */
  readonly number?: number;
  readonly what: string;
}
