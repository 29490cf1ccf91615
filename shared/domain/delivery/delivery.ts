import type { Choice } from '../selection/selection.js';
import type { Envelope } from '../wire/envelope.js';
import type { ErrorSummary } from '../base/errors.js';
import type { Priority } from '../base/priority.js';
import { originOf } from '../wire/writers.js';
import { attributesOf, type Lineage } from './lineage.js';

/** Key of a delivery, one message to one receiver: the place of its item in the ledger. */
export interface DeliveryKey {
  /** Conversation of the message. */
  readonly correlationId: string;
  /** Id of the message. */
  readonly messageId: string;
  /** Writer of its source, and its channel: `agent.billing/invoices`. Others may choose the same id. */
  readonly origin: string;
  /** Agent that receives it. */
  readonly receiver: string;
}

/** Key of the delivery of a message to a receiver. */
export function deliveryKeyOf(envelope: KeyAttributes, receiver: string): DeliveryKey {
  const { correlationid: correlationId, id: messageId } = envelope;
  return { correlationId, messageId, origin: originOf(envelope), receiver };
}

/** Attributes of a message that the keys of its deliveries are made of. */
type KeyAttributes = Pick<Envelope, 'correlationid' | 'id' | 'source' | 'channel'>;

/** Facts about a message, kept with each of its deliveries so that the ledger alone rebuilds a conversation. */
export interface MessageFacts {
  /** Name of the message type. */
  readonly type: string;
  /** Channel on which it was published. */
  readonly channel: string;
  /** Priority with which it was published. */
  readonly priority: Priority;
  /** Publisher: `laneway.<app>.{agent|client|ingress|platform}.<name>`. */
  readonly source: string;
  /** Instant of publishing, ISO 8601. */
  readonly time: string;
  /** Instant from which it is no longer handled, ISO 8601. */
  readonly expires: string;
  /** Id of the message in whose handling it was published. */
  readonly causationId?: string;
  /** Request that a command opens or a reply answers. */
  readonly requestId?: string;
  /** Attempt of its request, from 1; 1 also for a message that is no attempt. */
  readonly attempt: number;
  /** Number of messages that led to this one. */
  readonly hops: number;
}

let lastType = '';
let lastSource = '';

/** Facts of an envelope. Type and source are seldom others than those of the facts before, and are then kept once for all. */
export function factsOf(envelope: Envelope): MessageFacts {
  const { type, channel, priority, source, time, expires, attempt, hops } = envelope;
  if (type !== lastType) lastType = type;
  if (source !== lastSource) lastSource = source;
  const facts: { -readonly [Name in keyof MessageFacts]: MessageFacts[Name] } = {
    type: lastType,
    channel,
    priority,
    source: lastSource,
    time,
    expires,
    attempt,
    hops,
  };
  if (envelope.causationid !== undefined) facts.causationId = envelope.causationid;
  if (envelope.requestid !== undefined) facts.requestId = envelope.requestid;
  return facts;
}

/** States of a delivery; the last three are outcomes. Only `dead-lettered` ever changes again: by an operator's redrive. */
export type DeliveryState = 'leased' | 'retrying' | 'completed' | 'expired' | 'dead-lettered';

/** Note on a delivery that its command's request was taken back; it may be written before the command arrives. */
export interface Cancellation {
  /** Id of the message `RequestCancelled` that took the request back. */
  readonly by: string;
  /** Reason that the requester gave. */
  readonly why: string;
  /** ISO 8601. */
  readonly at: string;
}

/** An outcome. */
export type OutcomeState = Extract<DeliveryState, 'completed' | 'expired' | 'dead-lettered'>;

/** True for a state that is an outcome. */
export function isSettled(state: DeliveryState): state is OutcomeState {
  return state === 'completed' || state === 'expired' || state === 'dead-lettered';
}

/**
 * Message that a handler published, as the outcome of its delivery stores it. Fields that follow from the handled
 * message are left out: correlation, causation, source, hops, trace, tenant, actor.
 */
export interface Emission {
  /** Id of the message. */
  readonly id: string;
  /** Name of the message type. */
  readonly type: string;
  /** Schema of the payload: `urn:laneway:<type>:<version>`. */
  readonly dataschema: string;
  /** Channel on which it is published. */
  readonly channel: string;
  /** Priority with which it is published. */
  readonly priority: Priority;
  /** Instant of publishing, ISO 8601. */
  readonly time: string;
  /** Instant from which it is no longer handled, ISO 8601. */
  readonly expires: string;
  /** Payload, unless it travels by reference. */
  readonly data?: unknown;
  /** Key of the payload in the payload store, in place of `data`. */
  readonly dataref?: string;
  /** SHA-256 of the text at `dataref`. */
  readonly datadigest?: string;
  /** Bytes of the text at `dataref`. */
  readonly datasize?: number;
  /** The one agent that it is for; absent when every subscriber gets it. */
  readonly receiver?: string;
  /** Request that a command opens or a reply answers. */
  readonly requestid?: string;
  /** Name of the reply type, on a command that names one. */
  readonly replyto?: string;
  /** Instant by which its request must be answered, ISO 8601. */
  readonly deadline?: string;
  /** CloudEvents `subject`. */
  readonly subject?: string;
  /** Attempt of its request. @defaultValue 1 */
  readonly attempt?: number;
  /** Conversation of the command, on a reply that was put off; absent from all others. */
  readonly correlationid?: string;
  /** Agents that are to receive it; the account of a conversation counts them. */
  readonly expected: readonly string[];
  /** Reason for its receiver, where that was chosen. */
  readonly choice?: Choice;
}

/** The envelope of an emission of `source` that has `lineage`. */
export function envelopeOf(emission: Emission, lineage: Lineage, source: string): Envelope {
  const { expected: _expected, choice: _choice, attempt, ...own } = emission;
  return {
    specversion: '1.0',
    source,
    datacontenttype: 'application/json',
    ...attributesOf(lineage),
    // A reply that was put off has the conversation of its command.
    ...own,
    attempt: attempt ?? 1,
  };
}

/** Note on an outcome whose messages could not be sent at once. The sweeper sends them by it, without the handled message. */
export interface Unsent {
  /** Lineage of the messages. */
  readonly lineage: Lineage;
  /** Instant from which the sweeper sends them, ISO 8601. */
  readonly due: string;
}

/** The ledger's item of a delivery. Times are ISO 8601. */
export interface DeliveryRecord extends DeliveryKey {
  /** Facts about the message. */
  readonly facts: MessageFacts;
  /** State of the delivery; an outcome never changes, save a dead letter that is redriven. */
  readonly state: DeliveryState;
  /** Tries that count: a lease that died beside others does not. */
  readonly tries: number;
  /** Token of the last lease. */
  readonly owner?: string;
  /** End of the running lease. */
  readonly leasedUntil?: string;
  /** True when the current or last lease ran alone in its process, so that its death counts as a try. */
  readonly alone?: boolean;
  /** SQS message id of the copy that wrote the outcome. */
  readonly copy?: string;
  /** Messages that the handling published; empty when `emissionsRef` says where they are. */
  readonly emissions: readonly Emission[];
  /** Key in the payload store, when the emissions were too big for the item. */
  readonly emissionsRef?: string;
  /** Set while the messages of the outcome wait to be sent, once sending them has failed. */
  readonly unsent?: Unsent;
  /** Instant at which messages that had waited were sent; absent when they were sent at once. */
  readonly sent?: string;
  /** Error of the last failed try, or of the outcome. */
  readonly error?: ErrorSummary;
  /** Instant of the first lease, or of the outcome when there was none. */
  readonly firstReceived: string;
  /** Instant of the last change. */
  readonly updated: string;
  /** Latest progress that the handler noted. */
  readonly progress?: NotedProgress;
  /** Set when its request was taken back: the handler is not started, or not again. */
  readonly cancelled?: Cancellation;
  /** Number of times that an operator opened it again after it had become a dead letter. @defaultValue 0 */
  readonly redrives?: number;
  /** Id of the dead letter entry that the last redrive was about. */
  readonly lastDeadLetter?: string;
}

/** The part of a delivery by which one tells whether it has ended. */
export type DeliveryStanding = Pick<
  DeliveryRecord,
  'state' | 'tries' | 'copy' | 'leasedUntil' | 'updated' | 'redrives'
>;

/** Result of asking for a lease. */
export type LeaseResult =
  | { readonly kind: 'leased'; readonly tries: number }
  /** Another receiver works on it until `until`, milliseconds since 1970. */
  | { readonly kind: 'busy'; readonly until: number }
  /** Its last lease ended without an outcome: it is to be run last and alone. */
  | { readonly kind: 'suspect' }
  /** Its request was taken back before this try: the handler is not to be started. */
  | { readonly kind: 'cancelled'; readonly cancellation: Cancellation }
  | { readonly kind: 'settled'; readonly record: DeliveryRecord };

/**
 * Result of a cancellation: a delivery that is marked now (`record` is absent when none has come yet), or one that has
 * an outcome.
 */
export type CancelResult =
  | { readonly kind: 'marked'; readonly record?: DeliveryRecord }
  | { readonly kind: 'settled'; readonly record: DeliveryRecord };

/** Progress that a handler noted with `context.progress`. */
export interface NotedProgress {
  /** Part that is done, 0 to 1. */
  readonly fraction: number;
  readonly note?: string;
  /** Instant of the note, ISO 8601: from then on the attempt has as much time again as it was given. */
  readonly at: string;
}

/** An outcome as it is written. */
export interface Outcome {
  readonly state: OutcomeState;
  readonly copy: string;
  readonly at: number;
  readonly emissions: readonly Emission[];
  readonly emissionsRef?: string;
  readonly error?: ErrorSummary;
}

/** A message that a publisher outside any handling is about to send. */
export interface Intent {
  /** The message as it is sent. */
  readonly envelope: Envelope;
  /** Agents that are to receive it. */
  readonly expected: readonly string[];
  /** Reason for its receiver, where that was chosen. */
  readonly choice?: Choice;
}
