/** Something in an export that is not as it was written. */
export interface ExportFinding {
  readonly file: string;
  /** Line of the file, from 1. */
  readonly line?: number;
  readonly chain?: string;
  /** Number of the line in its chain. */
  readonly number?: number;
  readonly what: string;
}
