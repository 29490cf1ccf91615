import { decodeCopy, type Decoded } from '../../agent/receive/decode-copy.js';
import type { DeadLetter, DeadLetterReason } from '../../domain/delivery/dead-letter.js';
import { cutText, wellFormed } from '../../domain/base/cut-text.js';
import { boundedSummary, LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { failedRunIn } from './failed-run.js';
import { sourceOf, type Envelope } from '../../domain/wire/envelope.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';

/** Kind of the queue that a dead copy came from. A mailbox's is found by its name, every other by its ARN in `LANEWAY_DLQS`. */
export type Origin =
  | { readonly kind: 'mailbox'; readonly receiver: string }
  | { readonly kind: 'unroutable' }
  | { readonly kind: 'undelivered' }
  | { readonly kind: 'platform' };

/** One record of a dead letter queue, before it is decoded. */
export interface DeadCopy {
  /** SQS message id; SQS keeps it when it moves a copy to a DLQ. */
  readonly copy: string;
  readonly body: string;
  /** Text of the message attributes, by name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly origin: Origin;
  /** Times that the drain has put it back into its lane; 0 for a copy that is here for the first time. */
  readonly returns: number;
  /** Kind of the lane that SQS says it moved the copy from; absent for a text that was put here. A text of the other form does not count. */
  readonly moved?: Decoded['via'];
}

/** The message in a text, or the error that says why there is none. */
export type Decoding =
  { readonly decoded: Decoded } | { readonly decoded?: undefined; readonly unreadable: LanewayError };

/** A dead copy that AWS moved, decoded. It is made once, and all that judge the copy work with it. */
export type DecodedDeadCopy = DeadCopy & Decoding;

/** A dead delivery, before it is stored. A receiver reported it, or it was inferred from the queue that held its copy. */
export interface Finding {
  readonly receiver: string;
  /**
   * The agent whose queue held it, and whose word all of it may be: its role writes to that queue. Absent for what AWS and
   * the platform alone write.
   */
  readonly teller?: string;
  /** True when somebody else than its teller answers for the text: SQS, the ledger under the publisher's key, or the platform. */
  readonly vouched?: boolean;
  /** The agent that could not send it. */
  readonly sender?: string;
  readonly reason: DeadLetterReason;
  readonly error: ErrorSummary;
  /** Version of the agent's code, where the dead letter says. */
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

/** Decodes a dead copy. A text that cannot be read is no reason to throw. */
export function decodeDeadCopy(copy: DeadCopy): DecodedDeadCopy {
  return { ...copy, ...decodeText(copy.body) };
}

function decodeText(body: string): Decoding {
  try {
    return { decoded: decodeCopy(body) };
  } catch (error) {
    const isNamed = error instanceof LanewayError;
    return { unreadable: isNamed ? error : new LanewayError('UNPARSEABLE', 'the copy cannot be read') };
  }
}

/** Longest text of a finding that the ledger keeps beside error and message, characters. */
const NAME_LENGTH = 256;

/**
 * The finding that a receiver itself reported: its dead letter, with the text that it is about, decoded. A receiver of an earlier
 * version wrote errors and versions of any length, which an item of the ledger does not hold.
 */
export function findingOf(letter: DeadLetter, body: string, origin: Origin): Finding {
  const { decoded } = decodeText(body);
  const { receiver, sender, reason, error, version, tries, at, copy, bodyRef } = letter;
  return {
    ...{ receiver, reason, error: boundedSummary(error), tries, at, copy, body },
    ...(origin.kind === 'mailbox' ? { teller: origin.receiver } : {}),
    ...(sender === undefined ? {} : { sender }),
    ...(version === undefined ? {} : { version: shortName(version) }),
    ...(bodyRef === undefined ? {} : { bodyRef }),
    ...(decoded === undefined ? {} : { decoded }),
  };
}

/**
 * True when the queue that held a dead letter may hold it. An agent's holds what that agent could not handle, and what it
 * published itself and could not send. That of the platform's functions is written by them alone, and the other two by
 * EventBridge, which writes no dead letters.
 */
export function isOfItsQueue({ receiver, sender, decoded }: Finding, origin: Origin, application: string): boolean {
  if (origin.kind !== 'mailbox') return origin.kind === 'platform';
  if (sender === undefined) return receiver === origin.receiver;
  return sender === origin.receiver && decoded?.envelope.source === sourceOf(application, 'agent', sender);
}

/** The finding about a dead letter that its queue may not hold: of that queue's agent, in no conversation. @param at ISO 8601 */
export function forgedFinding({ copy, body, origin }: DeadCopy, claimed: string, at: string): Finding {
  const owner = origin.kind === 'mailbox' ? origin.receiver : origin.kind;
  const what = `the dead letter queue of '${owner}' held a dead letter that names '${shortName(claimed)}'`;
  const error = new LanewayError('SENDER_MISMATCH', what, {
    help: [
      'allowed there: what that agent could not handle, and what it published itself and could not send',
      'find out who writes under its role; nothing was ended, sent or told because of it',
    ],
  });
  return {
    receiver: owner,
    teller: owner,
    reason: 'not-allowed',
    error: summarizeError(error),
    tries: 0,
    at,
    copy,
    body,
  };
}

/** Infers receiver, reason and error of a copy that AWS moved, by the queue it came from. `tries`: those that its delivery has used up. */
export function inferFinding(dead: DecodedDeadCopy, at: string, tries: number, lanes: LaneUrls): Finding {
  const { body, copy, origin, attributes, decoded } = dead;
  const teller = origin.kind === 'mailbox' ? { teller: origin.receiver } : {};
  const common = { copy, body, at, ...teller, ...(decoded === undefined ? {} : { decoded }) };
  const finding = (receiver: string, reason: DeadLetterReason, error: LanewayError, counted: number): Finding => ({
    ...common,
    receiver,
    reason,
    error: summarizeError(error),
    tries: counted,
  });
  switch (origin.kind) {
    case 'unroutable': {
      if (!dead.decoded) return finding('unroutable', 'unparseable', dead.unreadable, 0);
      const { channel, priority, receiver } = dead.decoded.envelope;
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
      const receiver = receiverOf(target, lanes) ?? decoded?.envelope.receiver ?? shortName(target);
      return finding(receiver, 'undeliverable', error, 0);
    }
    case 'platform': {
      const run = failedRunIn(body, at);
      if (run) return { ...finding('platform', 'crashed', run.error, 0), copy: run.id };
      return finding('platform', 'crashed', crashed('a function of the platform'), tries);
    }
    case 'mailbox':
      if (!dead.decoded) return finding(origin.receiver, 'unparseable', dead.unreadable, tries);
      return tries === 0 && Date.parse(dead.decoded.envelope.expires) <= Date.parse(at)
        ? finding(origin.receiver, 'expired', neverBegun(dead.decoded.envelope), 0)
        : finding(origin.receiver, 'crashed', crashed(`agent '${origin.receiver}'`), tries);
  }
}

/** Error of a message that its agent never began: for days its deliveries could not be written, and no handler is to blame. */
function neverBegun({ type, expires }: Pick<Envelope, 'type' | 'expires'>): LanewayError {
  return new LanewayError('EXPIRED', `${type} expired at ${expires}, and no try of it had begun`, {
    help: ['the ledger could not be written, or its process died before each try; redrive it if it is still of use'],
  });
}

function shortName(text: string): string {
  return wellFormed(cutText(text, NAME_LENGTH));
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
