import { cutText, shortText, wellFormed } from './cut-text.js';
import { withoutLinks } from './without-links.js';

/**
 * The closed list of error codes. A code is true when another try can overcome its error. `docs/reference/errors.md`
 * explains every code; a test holds the two lists together.
 */
export const ERROR_CODES = {
  // definitions
  INVALID_TOPOLOGY: false,
  UNKNOWN_CHANNEL: false,
  UNKNOWN_AGENT: false,
  UNKNOWN_TYPE: false,
  UNKNOWN_CLIENT: false,
  UNKNOWN_RECEIVER: false,
  UNKNOWN_CAPABILITY: false,
  UNKNOWN_BREAKER: false,
  AMBIGUOUS_CHANNEL: false,
  INVALID_DURATION: false,
  INVALID_WORKFLOW: false,
  INVALID_OPTION: false,
  UNKNOWN_ROLE: false,
  SYSTEM_CHANNEL: false,
  // messages
  SCHEMA: false,
  UNPARSEABLE: false,
  NOT_DECLARED: false,
  NOT_CARRIED: false,
  SENDER_MISMATCH: false,
  TOO_LARGE: false,
  PAYLOAD_MISMATCH: false,
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
  CIRCUIT_OPEN: true,
  BUSY: true,
  PUBLISH: true,
  REQUEST_TIMED_OUT: false,
  REQUEST_FAILED: false,
  NOBODY_ANSWERS: false,
  NOBODY_AVAILABLE: true,
  QUARANTINED: false,
  AGENT_DOWN: false,
  INTAKE_STOPPED: true,
  // instances of agents
  UNKNOWN_INSTANCE: false,
  UNKNOWN_STATUS: false,
  INVALID_TRANSITION: false,
  FOREIGN_HEARTBEAT: false,
  REPLACED: false,
  LAST_CAPABLE: false,
  // surroundings
  CONFIGURATION: false,
  NOT_FOUND: false,
  UNREADABLE: false,
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
  /** Code from the closed list {@link ERROR_CODES}, explained in `docs/reference/errors.md`. */
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
    super(withHelp(message, help), options.cause === undefined ? undefined : { cause: options.cause });
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

/** The refusal of a message over a rate limit: nothing of it was stored or sent. */
export class BusyError extends LanewayError {
  /** Name of the class, the same in every copy of the framework. */
  override readonly name = 'BusyError';
  /** Milliseconds after which there is room again, if nobody else takes it. */
  readonly retryAfterMs: number;

  static {
    Object.defineProperty(this.prototype, BRAND, { value: ['LanewayError', 'BusyError'] });
  }

  /** `instanceof` also holds for an error of another copy of the framework in the process. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBranded(value, 'BusyError');
  }

  /** @param limited part of the application whose limit is reached: `channel.orders` */
  constructor(limited: string, retryAfterMs: number) {
    super('BUSY', `${limited} takes no more now: there is room again in ${Math.ceil(retryAfterMs)} ms`, {
      help: ['try again after `retryAfterMs`; the limit is declared as `rateLimit`'],
    });
    this.retryAfterMs = retryAfterMs;
  }
}

/** Longest name of an error in a summary, characters. */
const NAME_LENGTH = 100;

/** Longest message of an error in a summary, characters: it may quote a whole payload, and an item has 400 KB. */
const MESSAGE_LENGTH = 10_000;

/**
 * Summarises any thrown value; a value that is no LanewayError counts as retryable. Half a surrogate pair becomes U+FFFD, as no
 * store takes it, and a message over 10,000 characters is cut and says so.
 */
export function summarizeError(error: unknown): ErrorSummary {
  if (error instanceof LanewayError) {
    const cause = error.cause instanceof Error ? error.cause : error;
    return { code: error.code, message: saidBy(error.message), name: nameOf(cause), retryable: error.retryable };
  }
  if (error instanceof Error)
    return { code: 'HANDLER', message: saidBy(error.message), name: nameOf(error), retryable: true };
  return { code: 'HANDLER', message: saidBy(error), name: typeof error, retryable: true };
}

/**
 * The summary that {@link summarizeError} makes of a {@link LanewayError}, of one that nobody throws. No stack is recorded for
 * it: that takes about as long as the whole way of a message that is handled.
 */
export function unthrownError(
  code: ErrorCode,
  message: string,
  { help = [], retryable = ERROR_CODES[code] }: Omit<LanewayErrorOptions, 'cause'> = {},
): ErrorSummary {
  return { code, message: saidBy(withHelp(message, help)), name: 'LanewayError', retryable };
}

/**
 * Runs what checks a message from outside, whose errors end as summaries. No stack is recorded for them: that takes longer than
 * the check, and nobody would read it. `run` must not wait for anything.
 */
export function withoutStacks<First, Second, Result>(
  run: (first: First, second: Second) => Result,
  first: First,
  second: Second,
): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run(first, second);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function withHelp(message: string, help: readonly string[]): string {
  return help.length === 0 ? message : [message, ...help.map((line) => `  ${line}`)].join('\n');
}

/** A summary that another process wrote, within the bounds of {@link summarizeError}. */
export function boundedSummary({ code, message, name, retryable }: ErrorSummary): ErrorSummary {
  return { code, message: saidBy(message), name: nameOf({ name }), retryable };
}

/** Message of an error; code of users may have put anything there, also a link that decides an approval. */
function saidBy(message: unknown): string {
  // Links first: one that is cut in two is none that could be found, and its rest can be guessed.
  return wellFormed(shortText(withoutLinks(textOf(message)), MESSAGE_LENGTH));
}

/** A value as text, whatever it is: a thrown object may have no `toString`, or one that throws. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `a ${typeof value} that cannot be shown`;
  }
}

/** Name of an error; code of users may have put anything there. */
function nameOf({ name }: Pick<Error, 'name'>): string {
  return wellFormed(cutText(textOf(name), NAME_LENGTH));
}

/**
 * The message of an error without its help, whose lines name what there is besides what was given. For others than operators; the
 * whole text stands in the ledger and in dead letters.
 */
export function withoutHelp(message: string): string {
  const lines = message.split('\n');
  return lines.filter((line, index) => index === 0 || !line.startsWith('  ')).join('\n');
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
  // An index holds the signature as it is, so that it must be well-formed also for an error that an older receiver wrote.
  return wellFormed(`${error.code}|${cutText(textOf(error.name), NAME_LENGTH)}|${cutText(shape, 160)}`);
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
