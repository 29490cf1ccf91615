/** Exit codes of the `laneway` command. Scripts may rely on them; `docs/how-to/cli.md` lists them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  /** The command line is wrong, or a payload or a name in it. */
  usage: 2,
  notFound: 3,
  /** AWS does not know the caller, or does not allow the call. */
  credentials: 4,
  /** The time was over before the answer or the end that the command waited for; the code is that of timeout(1). */
  timeout: 124,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Codes of LanewayError (by name, as the class may be loaded twice: by the CLI and with the user's topology). */
const byCode: Readonly<Record<string, ExitCode>> = {
  INVALID_OPTION: EXIT.usage,
  INVALID_DURATION: EXIT.usage,
  INVALID_SIZE: EXIT.usage,
  UNKNOWN_CHANNEL: EXIT.usage,
  SYSTEM_CHANNEL: EXIT.usage,
  UNKNOWN_AGENT: EXIT.usage,
  UNKNOWN_TYPE: EXIT.usage,
  UNKNOWN_CLIENT: EXIT.usage,
  UNKNOWN_RECEIVER: EXIT.usage,
  UNKNOWN_CAPABILITY: EXIT.usage,
  UNKNOWN_ROLE: EXIT.usage,
  UNKNOWN_STATUS: EXIT.usage,
  UNKNOWN_INSTANCE: EXIT.notFound,
  AMBIGUOUS_CHANNEL: EXIT.usage,
  SCHEMA: EXIT.usage,
  UNPARSEABLE: EXIT.usage,
  NOT_DECLARED: EXIT.usage,
  NOT_CARRIED: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  UNKNOWN_BREAKER: EXIT.notFound,
  REQUEST_TIMED_OUT: EXIT.timeout,
};

/** Names of errors that the AWS SDK throws; the service's code is the name. */
const byName: Readonly<Record<string, ExitCode>> = {
  AccessDenied: EXIT.credentials,
  AccessDeniedException: EXIT.credentials,
  AuthFailure: EXIT.credentials,
  CredentialsProviderError: EXIT.credentials,
  ExpiredToken: EXIT.credentials,
  ExpiredTokenException: EXIT.credentials,
  InvalidClientTokenId: EXIT.credentials,
  InvalidSignatureException: EXIT.credentials,
  NotAuthorized: EXIT.credentials,
  SignatureDoesNotMatch: EXIT.credentials,
  TokenProviderError: EXIT.credentials,
  UnrecognizedClientException: EXIT.credentials,
  NoSuchBucket: EXIT.notFound,
  NoSuchKey: EXIT.notFound,
  QueueDoesNotExist: EXIT.notFound,
  ResourceNotFoundException: EXIT.notFound,
  TimeoutError: EXIT.timeout,
};

const help = new Set(['commander.helpDisplayed', 'commander.version']);
const deepest = 8;

/**
 * The exit code for whatever was thrown: the first of the error and its causes that tells more than "failed".
 */
export function exitCodeOf(error: unknown): ExitCode {
  let current = error;
  for (let depth = 0; depth < deepest && current instanceof Error; depth++) {
    const found = own(current);
    if (found !== undefined) return found;
    current = current.cause;
  }
  return EXIT.failed;
}

function own(error: Error): ExitCode | undefined {
  const code = text(error, 'code');
  if (code?.startsWith('commander.') === true) return help.has(code) ? EXIT.ok : EXIT.usage;
  if (text(error, 'failure') === 'credentials') return EXIT.credentials;
  if (error.message.startsWith('Region is missing')) return EXIT.credentials;
  return (code === undefined ? undefined : lookUp(byCode, code)) ?? lookUp(byName, error.name);
}

function lookUp(table: Readonly<Record<string, ExitCode>>, key: string): ExitCode | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function text(error: Error, key: string): string | undefined {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : undefined;
}
