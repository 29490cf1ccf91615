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

/** Letter that a receiver puts into its dead letter queue. It is written before the outcome, so that it may come twice. */
export interface DeadLetter {
  readonly laneway: 'dead-letter';
  readonly receiver: string;
  /** The agent that could not send the message, when it never left its publisher; the body then is the bare envelope. */
  readonly sender?: string;
  /** SQS message id of the copy (of the parent's, when it could not be sent). */
  readonly copy: string;
  readonly reason: DeadLetterReason;
  readonly error: ErrorSummary;
  /** Text that groups letters of one cause: `errorSignature` of the error. */
  readonly signature?: string;
  /** Version of the agent's code that failed; absent when neither agent nor deployment names one. */
  readonly version?: string;
  readonly tries: number;
  readonly at: string;
  /** The text that was received; empty when `bodyRef` says where it is. */
  readonly body: string;
  /** Key of the received text in the payload store, when the letter would be too big for a queue. */
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
  /** Text that groups letters of one cause: code, error name and the message without its varying parts. */
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
  /** Type, channel and origin of the message; absent when the text could not be read. */
  readonly facts?: MessageFacts;
  /** Instant (ISO 8601) at which it first became a dead letter, where that was before `at`. */
  readonly first?: string;
  /** Number of times that an operator has put the message back into its lane. @defaultValue 0 */
  readonly redrives?: number;
  /** Decision of an operator about the letter; absent while it is open. */
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
 * The entry that a letter leaves in the ledger where `existing` stands; undefined when `existing` is to stay. The first
 * version stands, so that a repetition changes nothing. Only after a redrive does a letter of a later time open the
 * entry again. Both times are of receivers, so that the operator's clock does not matter.
 */
export function decideLetter(
  existing: DeadLetterEntry | undefined,
  letter: DeadLetterEntry,
): DeadLetterEntry | undefined {
  if (!existing) return letter;
  if (existing.resolution?.state !== 'redriven' || existing.at >= letter.at) return undefined;
  return { ...letter, first: existing.first ?? existing.at, redrives: existing.redrives ?? 1 };
}

/** Reads a letter that a receiver of Laneway put into a dead letter queue; undefined for a copy that AWS moved there. */
export function parseDeadLetter(text: string): DeadLetter | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || (value as { laneway?: unknown }).laneway !== 'dead-letter')
    return undefined;
  const letter = value as DeadLetter & { readonly error?: ErrorSummary };
  const texts = [letter.body, letter.receiver, letter.copy, letter.reason, letter.at, letter.error?.code];
  const whole = texts.every((text) => typeof text === 'string') && typeof letter.error.message === 'string';
  return whole && Number.isInteger(letter.tries) ? letter : undefined;
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
