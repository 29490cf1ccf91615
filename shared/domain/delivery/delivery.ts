import type { Envelope } from '../wire/envelope.js';
import type { ErrorSummary } from '../base/errors.js';
import type { Priority } from '../base/priority.js';

/** One message to one receiver: where its item stands in the ledger. */
export interface DeliveryKey {
  readonly correlationId: string;
  readonly messageId: string;
  readonly receiver: string;
}

/** What an item says of its message, so that the ledger alone rebuilds a conversation. */
export interface MessageFacts {
  readonly type: string;
  readonly channel: string;
  readonly priority: Priority;
  readonly source: string;
  readonly time: string;
  readonly expires: string;
  readonly causationId?: string;
  readonly requestId?: string;
  readonly attempt: number;
  readonly hops: number;
}

/** Facts of an envelope. */
export function factsOf(envelope: Envelope): MessageFacts {
  const { type, channel, priority, source, time, expires, attempt, hops } = envelope;
  const facts: { -readonly [Name in keyof MessageFacts]: MessageFacts[Name] } = {
    type,
    channel,
    priority,
    source,
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

/** Somebody took a request back: on the delivery of its command, whether that has come yet or not. */
export interface Cancellation {
  /** Id of the `RequestCancelled` that said so. */
  readonly by: string;
  readonly why: string;
  /** ISO 8601. */
  readonly at: string;
}

/** An outcome. */
export type Settled = Extract<DeliveryState, 'completed' | 'expired' | 'dead-lettered'>;

/** Whether a state is an outcome. */
export function isSettled(state: DeliveryState): state is Settled {
  return state === 'completed' || state === 'expired' || state === 'dead-lettered';
}

/**
 * What a handler published, as it stands in the outcome: what follows from the parent message (correlation, causation,
 * source, hops, trace, tenant, actor) is left out.
 */
export interface Emission {
  readonly id: string;
  readonly type: string;
  readonly dataschema: string;
  readonly channel: string;
  readonly priority: Priority;
  readonly time: string;
  readonly expires: string;
  readonly data?: unknown;
  readonly dataref?: string;
  readonly receiver?: string;
  readonly requestid?: string;
  readonly replyto?: string;
  readonly deadline?: string;
  readonly subject?: string;
  readonly attempt?: number;
  /** Only on a reply that was put off: the conversation of its command. */
  readonly correlationid?: string;
  /** Agents that are to receive it, for the accounting. */
  readonly expected: readonly string[];
}

/**
 * The envelope of an emission of `source` in the handling of `parent`.
 * @param path the steps that led to it (`shared/domain/delivery/causal-path.ts`)
 */
export function envelopeOf(emission: Emission, parent: Envelope, source: string, path = parent.path): Envelope {
  const { expected: _expected, attempt, ...own } = emission;
  return {
    specversion: '1.0',
    source,
    datacontenttype: 'application/json',
    correlationid: parent.correlationid,
    ...own,
    causationid: parent.id,
    attempt: attempt ?? 1,
    hops: parent.hops + 1,
    ...(path === undefined ? {} : { path }),
    ...(parent.traceparent === undefined ? {} : { traceparent: parent.traceparent }),
    ...(parent.tenant === undefined ? {} : { tenant: parent.tenant }),
    ...(parent.actor === undefined ? {} : { actor: parent.actor }),
  };
}

/** A delivery's item. Times are ISO 8601. */
export interface DeliveryRecord extends DeliveryKey {
  readonly facts: MessageFacts;
  readonly state: DeliveryState;
  /** Tries that count. */
  readonly tries: number;
  readonly owner?: string;
  readonly leasedUntil?: string;
  /** Whether the current or last lease ran with no neighbour. */
  readonly alone?: boolean;
  /** SQS message id of the copy that wrote the outcome. */
  readonly copy?: string;
  readonly emissions: readonly Emission[];
  /** Key in the payload store, when the emissions were too big for the item. */
  readonly emissionsRef?: string;
  readonly error?: ErrorSummary;
  readonly firstReceived: string;
  readonly updated: string;
  /** Agent's notes while it worked (`progress`), latest only. */
  readonly progress?: { readonly fraction: number; readonly note?: string };
  /** Its request was taken back: it is not started (again). */
  readonly cancelled?: Cancellation;
  /** How often an operator opened it again after it had become a dead letter. */
  readonly redrives?: number;
  /** Id of the dead letter entry that the last redrive was about. */
  readonly lastDeadLetter?: string;
}

/** Result of asking for a lease. */
export type LeaseResult =
  | { readonly kind: 'leased'; readonly tries: number }
  /** Somebody else works on it until then. */
  | { readonly kind: 'busy'; readonly until: number }
  /** Its last lease ended without an outcome: to be run last and alone. */
  | { readonly kind: 'suspect' }
  /** Its request was taken back before this try: it is not to be started. */
  | { readonly kind: 'cancelled'; readonly cancellation: Cancellation }
  | { readonly kind: 'settled'; readonly record: DeliveryRecord };

/** What a cancellation found: a delivery that is marked now (none has come yet when `record` is absent), or an outcome. */
export type CancelResult =
  | { readonly kind: 'marked'; readonly record?: DeliveryRecord }
  | { readonly kind: 'settled'; readonly record: DeliveryRecord };

/** An outcome as it is written. */
export interface Outcome {
  readonly state: Settled;
  readonly copy: string;
  readonly at: number;
  readonly emissions: readonly Emission[];
  readonly emissionsRef?: string;
  readonly error?: ErrorSummary;
}

/** A message that somebody outside any handling is about to publish. */
export interface Intent {
  readonly envelope: Envelope;
  readonly expected: readonly string[];
}
