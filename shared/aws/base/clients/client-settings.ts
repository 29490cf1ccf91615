/** Settings that differ from the SDK's own; region, credentials and endpoint are the environment's (`AWS_*`). */
export interface AwsClientsOptions {
  readonly endpoint?: string;
  readonly region?: string;
}

/** Tries of one call to AWS, the first included. */
export const CALL_ATTEMPTS = 4;

/** Longest time to connect. */
export const CONNECTION_TIMEOUT_MS = 3_000;

/** Longest time of one call: a hung connection must cost less than a function's time, and a long poll takes up to 20 seconds. */
export const CALL_TIMEOUT_MS = 30_000;

/** Settings of every client. */
export function settingsOf(options: AwsClientsOptions) {
  return {
    ...options,
    maxAttempts: CALL_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: CALL_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}

/** Builds a value at its first use, and keeps it. */
export function once<Value>(build: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= build());
}
