import type { Witness } from './witness.js';

/** Seed, settings and witness that the driver gives a row. */
export interface RowContext {
  /** Everything random in the row follows from it, except ids. */
  readonly seed: number;
  /** For CI: fewer runs of the same thing. */
  readonly quick: boolean;
  /** Says how far the row is; standard error. */
  readonly progress: (text: string) => void;
  /** Witness at which handlers note their effects: a new, empty one for each row. */
  readonly witness: Witness;
}

/** Raw counts of a row. */
export interface RowResult {
  /** True when lost and extra are 0 and every further rule of the row holds. */
  readonly ok: boolean;
  /** Number of things that must end with an effect or a reason: deliveries, or those that the row's title names. */
  readonly sent: number;
  /** Business keys that the witness has, each counted once. */
  readonly effects: number;
  /** Settled without an effect, with a reason in the ledger: dead letters, expired, refused. */
  readonly quarantined: number;
  /** Neither an effect nor quarantined. */
  readonly lost: number;
  /** Outcomes beyond one: an effect where none may be, a second one, a second terminal state, a needless sending. */
  readonly extra: number;
  /** Further measurements, with units, in one line. */
  readonly figure: string;
  /** Faults that were found, first cases only; empty when ok. */
  readonly problems: readonly string[];
}

/** One row of docs/reference/reliability.md. */
export interface Row {
  /** kebab-case; `--row` takes it. */
  readonly name: string;
  readonly title: string;
  /** Needs a local engine (`AWS_ENDPOINT_URL` is set when it runs). */
  readonly engine: boolean;
  /** Runs with `--quick` too; never together with `engine`. */
  readonly quick: boolean;
  run(context: RowContext): Promise<RowResult>;
}
