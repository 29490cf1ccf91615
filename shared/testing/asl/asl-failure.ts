/** A failure by its name in the Amazon States Language. */
export class AslFailure extends Error {
  /** Name of the state that failed first. */
  state?: string;

  constructor(
    readonly error: string,
    readonly detail: string,
  ) {
    super(`${error}: ${detail}`);
  }
}
