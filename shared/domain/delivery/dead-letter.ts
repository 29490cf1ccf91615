import { isWellFormed } from '../base/cut-text.js';
import { LanewayError, type ErrorSummary } from '../base/errors.js';
import type { MessageFacts } from './delivery.js';

/** Reason why a delivery is not retried automatically any more. */
export type DeadLetterReason =
  | 'exhausted'
  | 'permanent'
  | 'schema'
  | 'expired'
  | 'not-allowed'
  | 'hop-limit'
  | 'cycle'
  | 'budget'
  | 'refused'
  | 'unparseable'
  | 'unroutable'
  | 'crashed'
  | 'undeliverable'
  | 'ingress';

/** True for the reasons that mean a runaway conversation: too many hops, a cycle, or too many deliveries. */
export function isRunaway(reason: DeadLetterReason): boolean {
  return reason === 'hop-limit' || reason === 'cycle' || reason === 'budget';
}

/** Dead letter that a receiver puts into its dead letter queue. It is written before the outcome, so that it may come twice. */
export interface DeadLetter {
  readonly laneway: 'dead-letter';
  readonly receiver: string;
  /** The agent that could not send the message, when it never left its publisher; the body then is the bare envelope. */
  readonly sender?: string;
  /** SQS message id of the copy (of the parent's, when it could not be sent). */
  readonly copy: string;
  readonly reason: DeadLetterReason;
  readonly error: ErrorSummary;
  /** Text that groups dead letters of one cause: `errorSignature` of the error. */
  readonly signature?: string;
  /** Version of the agent's code that failed; absent when neither agent nor deployment names one. */
  readonly version?: string;
  readonly tries: number;
  readonly at: string;
  /** The text that was received; empty when `bodyRef` says where it is. */
  readonly body: string;
  /** Key of the received text in the payload store, when the dead letter would be too big for a queue. */
  readonly bodyRef?: string;
}

/** A dead letter as the drain stores it in the ledger. */
export interface DeadLetterEntry {
  /** Id of the entry. It is derived from message and receiver (or the SQS message id), so that a repetition is the same entry. */
  readonly id: string;
  /** Conversation of the message; `unparsed#<SQS message id>` when the text could not be read. */
  readonly correlationId: string;
  /** Id of the message; absent when the text could not be read. */
  readonly messageId?: string;
  /** Agent whose delivery failed. */
  readonly receiver: string;
  /** Reason why it is not retried. */
  readonly reason: DeadLetterReason;
  /** Text that groups dead letters of one cause: code, error name and the message without its varying parts. */
  readonly signature: string;
  /** Error of the last try. */
  readonly error: ErrorSummary;
  /** Version of the agent's code that failed, where it is known. */
  readonly version?: string;
  /** Tries that were made of the delivery, from 0. */
  readonly tries: number;
  /** Instant at which it became a dead letter, ISO 8601. */
  readonly at: string;
  /** Key of the received text in the payload store. */
  readonly bodyRef: string;
  /**
   * True when somebody else than the receiver answers for the received text: SQS, which moved it from the lane, the ledger, where its
   * publisher recorded it, or the platform. Absent where only the receiver says that it received it.
   */
  readonly vouched?: true;
  /** Type, channel and origin of the message; absent when the text could not be read. */
  readonly facts?: MessageFacts;
  /** Instant (ISO 8601) at which it first became a dead letter, where that was before `at`. */
  readonly first?: string;
  /** Number of times that an operator has put the message back into its lane. @defaultValue 0 */
  readonly redrives?: number;
  /** Decision of an operator about the dead letter; absent while it is open. */
  readonly resolution?: Resolution;
}

/** Decision of a person about a dead letter. */
export interface Resolution {
  /** `redriven`: put back into its lane. `edited`: replaced by a corrected message. `discarded`: given up. */
  readonly state: 'redriven' | 'edited' | 'discarded';
  /** Person or program that decided. */
  readonly by: string;
  /** Reason that it gave. */
  readonly why: string;
  /** Instant of the decision, ISO 8601. */
  readonly at: string;
  /** Id of the corrected message that was sent in its place (`edited`). */
  readonly successor?: string;
}

/**
 * Decides the entry to write for a dead letter; undefined when the `existing` entry stays. A dead letter that is
 * reported twice changes nothing. After a redrive, a dead letter with a later time opens the entry again. Both times
 * are of receivers, so that the operator's clock does not matter.
 */
export function decideDeadLetter(
  existing: DeadLetterEntry | undefined,
  letter: DeadLetterEntry,
): DeadLetterEntry | undefined {
  if (!existing) return letter;
  if (existing.resolution?.state !== 'redriven' || existing.at >= letter.at) return undefined;
  return { ...letter, first: existing.first ?? existing.at, redrives: existing.redrives ?? 1 };
}

/** Longest texts of a dead letter that become parts of keys, characters. */
const KEY_PART_LENGTH = 256;

/**
 * Reads a dead letter that a receiver of Laneway put into a dead letter queue; undefined for a copy that AWS moved there. A text that
 * no receiver writes is none, even if it looks like one: what becomes part of a key has the form and the length of a key.
 */
export function parseDeadLetter(text: string): DeadLetter | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || (value as { laneway?: unknown }).laneway !== 'dead-letter')
    return undefined;
  const letter = value as DeadLetter & { readonly error?: Partial<ErrorSummary> };
  const { body, receiver, copy, reason, at, bodyRef, version, sender, error, tries } = letter;
  const whole =
    typeof body === 'string' &&
    [receiver, copy, reason, error?.code].every(canBeInKey) &&
    [bodyRef, sender].every((text) => text === undefined || canBeInKey(text)) &&
    (version === undefined || typeof version === 'string') &&
    typeof error?.message === 'string' &&
    typeof at === 'string' &&
    isoTime(Date.parse(at)) === at &&
    Number.isSafeInteger(tries) &&
    tries >= 0;
  return whole ? letter : undefined;
}

function canBeInKey(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && text.length <= KEY_PART_LENGTH && isWellFormed(text);
}

function isoTime(time: number): string | undefined {
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The reason that an error's code stands for. */
export function reasonOf(error: ErrorSummary): DeadLetterReason {
  switch (error.code) {
    case 'SCHEMA':
      return 'schema';
    case 'UNPARSEABLE':
      return 'unparseable';
    case 'EXPIRED':
      return 'expired';
    case 'HOP_LIMIT':
      return 'hop-limit';
    case 'CYCLE':
      return 'cycle';
    case 'BUDGET':
      return 'budget';
    case 'SENDER_MISMATCH':
    case 'NOT_DECLARED':
    case 'NOT_CARRIED':
    case 'UNKNOWN_CHANNEL':
    case 'UNKNOWN_RECEIVER':
    case 'UNKNOWN_TYPE':
    case 'PAYLOAD_MISMATCH':
      return 'not-allowed';
    case 'REFUSED':
    case 'TOO_LARGE':
      return 'refused';
    case 'CRASHED':
      return 'crashed';
    case 'UNROUTABLE':
      return 'unroutable';
    case 'UNDELIVERABLE':
      return 'undeliverable';
    default:
      return error.retryable ? 'exhausted' : 'permanent';
  }
}

/** A {@link LanewayError} for a summary read back from the ledger. */
export function errorFrom(summary: ErrorSummary): LanewayError {
  return new LanewayError(summary.code, summary.message, { retryable: summary.retryable });
}

/** The dead letter queue of a mailbox. */
export interface DeadLetterQueue {
  send(letter: DeadLetter): Promise<void>;
}
