/** Matches the outcome of a call that permissions refused. */
export const DENIED = expect.stringMatching(/AccessDenied/) as unknown;

/** Awaits a call of AWS. @returns `allowed`, or the name of the error */
export const callOutcome = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'allowed',
    (error: unknown) => (error instanceof Error ? error.name : error),
  );
