import { decodeCopy, type Decoded } from '../../agent/receive/decode-copy.js';
import type { DeadLetter, DeadLetterReason } from '../../domain/delivery/dead-letter.js';
import { LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';

/** Kind of the queue that a dead copy came from. A mailbox's is found by its name, every other by its ARN in `LANEWAY_DLQS`. */
export type Origin =
  | { readonly kind: 'mailbox'; readonly receiver: string }
  | { readonly kind: 'unroutable' }
  | { readonly kind: 'undelivered' }
  | { readonly kind: 'platform' };

/** One record of a dead letter queue. */
export interface DeadCopy {
  /** SQS message id; SQS keeps it when it moves a copy to a DLQ. */
  readonly copy: string;
  readonly body: string;
  /** Text of the message attributes, by name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly origin: Origin;
  /** Times that the drain has put it back into its lane; 0 for a copy that is here for the first time. */
  readonly returns: number;
}

/** A dead delivery, before it is stored. A receiver reported it, or it was inferred from the queue that held its copy. */
export interface Finding {
  readonly receiver: string;
  /** The agent that could not send it. */
  readonly sender?: string;
  readonly reason: DeadLetterReason;
  readonly error: ErrorSummary;
  /** Version of the agent's code, where the letter says. */
  readonly version?: string;
  readonly tries: number;
  readonly at: string;
  /** SQS message id of the copy. */
  readonly copy: string;
  /** The received text, unless `bodyRef` says where it already is. */
  readonly body: string;
  readonly bodyRef?: string;
  /** The message in it; absent when it cannot be read. */
  readonly decoded?: Decoded;
}

/** The message in a text, or undefined. */
export function messageIn(body: string): Decoded | undefined {
  try {
    return decodeCopy(body);
  } catch {
    return undefined;
  }
}

/** The finding that a receiver itself reported: its letter, with the text that it is about. */
export function findingOf(letter: DeadLetter, body: string): Finding {
  const decoded = messageIn(body);
  const { receiver, sender, reason, error, version, tries, at, copy, bodyRef } = letter;
  return {
    ...{ receiver, reason, error, tries, at, copy, body },
    ...(sender === undefined ? {} : { sender }),
    ...(version === undefined ? {} : { version }),
    ...(bodyRef === undefined ? {} : { bodyRef }),
    ...(decoded === undefined ? {} : { decoded }),
  };
}

/** Infers receiver, reason and error of a copy that AWS moved, by the queue it came from. `tries`: those that its delivery has used up. */
export function inferFinding(dead: DeadCopy, at: string, tries: number, lanes: LaneUrls): Finding {
  const { body, copy, origin, attributes } = dead;
  const decoded = messageIn(body);
  const common = { copy, body, at, ...(decoded === undefined ? {} : { decoded }) };
  const finding = (receiver: string, reason: DeadLetterReason, error: LanewayError, counted: number): Finding => ({
    ...common,
    receiver,
    reason,
    error: summarizeError(error),
    tries: counted,
  });
  switch (origin.kind) {
    case 'unroutable': {
      if (!decoded) return finding('unroutable', 'unparseable', unreadable(body), 0);
      const { channel, priority, receiver } = decoded.envelope;
      const what = `no rule leads to channel '${channel}', priority '${priority}', receiver '${receiver ?? 'everyone'}'`;
      const error = new LanewayError('UNROUTABLE', what, {
        help: ['allowed: channels, their priorities and agents of the deployed topology'],
      });
      return finding(receiver ?? 'unroutable', 'unroutable', error, 0);
    }
    case 'undelivered': {
      const target = attributes['TARGET_ARN'] ?? 'an unknown target';
      const why = `${attributes['ERROR_CODE'] ?? 'unknown'}: ${attributes['ERROR_MESSAGE'] ?? 'no message'}`;
      const error = new LanewayError('UNDELIVERABLE', `EventBridge could not deliver to ${target} (${why})`, {
        help: [`rule: ${attributes['RULE_ARN'] ?? 'unknown'}`],
      });
      return finding(receiverOf(target, lanes) ?? decoded?.envelope.receiver ?? target, 'undeliverable', error, 0);
    }
    case 'platform':
      return finding('platform', 'crashed', crashed('a function of the platform'), tries);
    case 'mailbox':
      return decoded
        ? finding(origin.receiver, 'crashed', crashed(`agent '${origin.receiver}'`), tries)
        : finding(origin.receiver, 'unparseable', unreadable(body), tries);
  }
}

/** The agent whose lane a rule's target is: the queue's name ends both its ARN and its URL. */
function receiverOf(target: string, lanes: LaneUrls): string | undefined {
  const queue = target.split(':').at(-1);
  return Object.keys(lanes).find((agent) =>
    Object.values(lanes[agent] ?? {}).some((url) => url.split('/').at(-1) === queue),
  );
}

function crashed(who: string): LanewayError {
  return new LanewayError('CRASHED', `${who} received the copy until SQS gave up, and never wrote an outcome`, {
    retryable: false,
  });
}

function unreadable(body: string): LanewayError {
  try {
    decodeCopy(body);
  } catch (error) {
    if (error instanceof LanewayError) return error;
  }
  return new LanewayError('UNPARSEABLE', 'the copy cannot be read');
}
