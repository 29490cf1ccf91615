/** A failure by its name in the Amazon States Language. */
export class AslFailure extends Error {
  constructor(
    readonly error: string,
    readonly detail: string,
  ) {
    super(`${error}: ${detail}`);
  }
}
