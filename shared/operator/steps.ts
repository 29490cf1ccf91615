import { summarizeError } from '../domain/base/errors.js';

/** One step of an operator's action, as it was carried out. */
export interface OperatorStep<Name extends string> {
  /** Part of the application that it was about. */
  readonly step: Name;
  /** Line that says how it is now, or the error. */
  readonly told: string;
  /** False for a step that failed; the same command does it again. */
  readonly done: boolean;
}

/** Carries out steps, of which none keeps another from being tried. */
export class Steps<Name extends string> {
  readonly done: OperatorStep<Name>[] = [];

  async do(step: Name, act: () => Promise<string>): Promise<void> {
    try {
      this.done.push({ step, told: await act(), done: true });
    } catch (error) {
      this.failed(step, error);
    }
  }

  /** Notes a step that could not be begun. */
  failed(step: Name, error: unknown): void {
    this.done.push({ step, told: summarizeError(error).message, done: false });
  }
}
