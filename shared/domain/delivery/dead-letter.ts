import { LanewayError, type ErrorSummary } from '../base/errors.js';
import type { MessageFacts } from './delivery.js';

/** Why a delivery will not be retried automatically. */
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

/** Whether a message was stopped because its conversation ran away: too deep, in a circle, or too big. */
export function isRunaway(reason: DeadLetterReason): boolean {
  return reason === 'hop-limit' || reason === 'cycle' || reason === 'budget';
}

/** What a receiver puts into its dead letter queue; written before the outcome, so that it may come twice. */
export interface DeadLetter {
  readonly laneway: 'dead-letter';
  readonly receiver: string;
  /** The agent that could not send it, when it never left its publisher; the body then is the bare envelope. */
  readonly sender?: string;
  /** SQS message id of the copy (of the parent's, when it could not be sent). */
  readonly copy: string;
  readonly reason: DeadLetterReason;
  readonly error: ErrorSummary;
  /** What groups it with others of the same cause: `errorSignature` of the error. */
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
  /** Derived from message and receiver (or the SQS message id), so that a repetition is the same entry. */
  readonly id: string;
  /** The conversation, or `unparsed#<SQS message id>`. */
  readonly correlationId: string;
  readonly messageId?: string;
  readonly receiver: string;
  readonly reason: DeadLetterReason;
  readonly signature: string;
  readonly error: ErrorSummary;
  /** Version of the agent's code that failed, where it is known. */
  readonly version?: string;
  readonly tries: number;
  readonly at: string;
  /** Key of the received text in the payload store. */
  readonly bodyRef: string;
  readonly facts?: MessageFacts;
  /** When it first became a dead letter, if that was before `at`. */
  readonly first?: string;
  /** How often an operator has put the message back. */
  readonly redrives?: number;
  /** What an operator did about it; absent while it is open. */
  readonly resolution?: Resolution;
}

/** How a dead letter was settled by a person. */
export interface Resolution {
  readonly state: 'redriven' | 'edited' | 'discarded';
  readonly by: string;
  readonly why: string;
  readonly at: string;
  /** Id of the message that went instead of it (`edited`). */
  readonly successor?: string;
}

/**
 * What a letter leaves in the ledger where `existing` stands: undefined when that is to stay. The first version stands,
 * so that a repetition changes nothing; only after a redrive a letter of a later time opens the entry again. Both times
 * are of receivers, so that the operator's clock does not matter.
 */
export function decideLetter(
  existing: DeadLetterEntry | undefined,
  letter: DeadLetterEntry,
): DeadLetterEntry | undefined {
  if (!existing) return letter;
  if (existing.resolution?.state !== 'redriven' || existing.at >= letter.at) return undefined;
  return { ...letter, first: existing.first ?? existing.at, redrives: existing.redrives ?? 1 };
}

/** Reads what one of our receivers put into a dead letter queue; undefined for what AWS moved there. */
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
