/**
 * The closed list of error codes; true for a code whose error another try can overcome. `docs/errors.md` explains every
 * one; a test holds the two lists together.
 */
export const ERROR_CODES = {
  // definitions
  INVALID_TOPOLOGY: false,
  UNKNOWN_CHANNEL: false,
  UNKNOWN_AGENT: false,
  UNKNOWN_TYPE: false,
  UNKNOWN_CLIENT: false,
  UNKNOWN_RECEIVER: false,
  AMBIGUOUS_CHANNEL: false,
  INVALID_DURATION: false,
  INVALID_WORKFLOW: false,
  INVALID_OPTION: false,
  // messages
  SCHEMA: false,
  UNPARSEABLE: false,
  NOT_DECLARED: false,
  NOT_CARRIED: false,
  SENDER_MISMATCH: false,
  TOO_LARGE: false,
  EXPIRED: false,
  TOO_LATE: false,
  CANCELLED: false,
  HOP_LIMIT: false,
  CYCLE: false,
  BUDGET: false,
  REFUSED: false,
  PERMANENT: false,
  // running
  HANDLER: true,
  HANDLER_RESULT: false,
  CRASHED: true,
  UNDELIVERABLE: false,
  UNROUTABLE: false,
  LEASE_LOST: true,
  UNAVAILABLE: true,
  PUBLISH: true,
  REQUEST_TIMED_OUT: false,
  REQUEST_FAILED: false,
  NOBODY_ANSWERS: false,
  // surroundings
  CONFIGURATION: false,
  NOT_FOUND: false,
  ENGINE: false,
} as const;

/** Code of a {@link LanewayError}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Serialisable form of an error, as it stands in dead letters, ledger entries and error reports. */
export interface ErrorSummary {
  /** Code from the closed list {@link ERROR_CODES}. */
  readonly code: ErrorCode;
  /** Text of the error; the lines after the first say what is allowed and what to do. */
  readonly message: string;
  /** Class name of the first cause, for grouping. */
  readonly name: string;
  /** True when another try can succeed. */
  readonly retryable: boolean;
}

/** Optional parts of a {@link LanewayError}. */
export interface LanewayErrorOptions {
  /** Error that led to this one. */
  readonly cause?: unknown;
  /** True when another try can succeed. @defaultValue the code's own entry in {@link ERROR_CODES} */
  readonly retryable?: boolean;
  /** Lines under the message: the allowed values and the next step. */
  readonly help?: readonly string[];
}

/**
 * Key under which errors of Laneway carry their class names. It is the same in the whole process, so that two copies of
 * the framework know each other's errors.
 */
const BRAND = Symbol.for('laneway.error');

/** True for an error of the class `name`, or of one derived from it, made by any copy of the framework in the process. */
const isBranded = (value: unknown, name: string): boolean => {
  const brands: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, BRAND) : undefined;
  return Array.isArray(brands) && brands.includes(name);
};

/**
 * The one error class of Laneway. `message` says what happened and what was given; `help` says what is allowed and
 * what to do; `retryable` is data that only the runtime acts on.
 */
export class LanewayError extends Error {
  /** Name of the class, the same in every copy of the framework. */
  override readonly name: string = 'LanewayError';
  /** Code from the closed list {@link ERROR_CODES}, explained in `docs/errors.md`. */
  readonly code: ErrorCode;
  /** True when another try can succeed; a handler's error that is not retryable makes its message a dead letter at once. */
  readonly retryable: boolean;
  /** Lines of `message` after the first: the allowed values and the next step. */
  readonly help: readonly string[];

  static {
    Object.defineProperty(this.prototype, BRAND, { value: ['LanewayError'] });
  }

  /** `instanceof` also holds for an error of another copy of the framework in the process. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === LanewayError
      ? isBranded(value, 'LanewayError')
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  constructor(code: ErrorCode, message: string, options: LanewayErrorOptions = {}) {
    const help = options.help ?? [];
    super(
      [message, ...help.map((line) => `  ${line}`)].join('\n'),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CODES[code];
    this.help = help;
  }
}

/** Thrown by a handler to dead-letter its message at once, without a further try. */
export class PermanentError extends LanewayError {
  /** Name of the class, the same in every copy of the framework. */
  override readonly name = 'PermanentError';

  static {
    Object.defineProperty(this.prototype, BRAND, { value: ['LanewayError', 'PermanentError'] });
  }

  /** `instanceof` also holds for an error of another copy of the framework in the process. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBranded(value, 'PermanentError');
  }

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('PERMANENT', message, { ...options, retryable: false });
  }
}

/** Summarises any thrown value; a value that is no LanewayError counts as retryable. */
export function summarizeError(error: unknown): ErrorSummary {
  if (error instanceof LanewayError) {
    const cause = error.cause instanceof Error ? error.cause.name : error.name;
    return { code: error.code, message: error.message, name: cause, retryable: error.retryable };
  }
  if (error instanceof Error) return { code: 'HANDLER', message: error.message, name: error.name, retryable: true };
  return { code: 'HANDLER', message: String(error), name: typeof error, retryable: true };
}

/**
 * A stable signature that groups dead letters of one cause: code, error name and the first line of the message, with
 * its varying parts (numbers, ids, quoted values) taken out.
 */
export function errorSignature(error: ErrorSummary): string {
  const firstLine = error.message.split('\n')[0] ?? '';
  const shape = firstLine
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '<id>')
    .replace(/(['"`]).*?\1/g, '<value>')
    .replace(/\d+(\.\d+)?/g, '<n>');
  return `${error.code}|${error.name}|${shape.slice(0, 160)}`;
}

/** The name of `known` that is closest to `given` by edit distance; undefined when none is close enough for a typing error. */
export function didYouMean(given: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(given, name);
    if (distance <= Math.max(2, Math.floor(name.length / 4)) && (!best || distance < best.distance))
      best = { name, distance };
  }
  return best?.name;
}

/** An error about an unknown name, with the known ones and the likely intended one. */
export function unknownName(
  code: ErrorCode,
  what: string,
  given: string,
  known: readonly string[],
  where: string,
): LanewayError {
  const close = didYouMean(given, known);
  return new LanewayError(code, what, {
    help: [
      `known: ${known.length > 0 ? [...known].sort().join(', ') : '(none)'}`,
      ...(close ? [`did you mean '${close}'?   (${where})`] : [`(${where})`]),
    ],
  });
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
