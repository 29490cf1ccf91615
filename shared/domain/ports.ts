import type { DeadLetter, DeadLetterEntry, Resolution } from './dead-letter.js';
import type {
  Cancellation,
  CancelResult,
  DeliveryKey,
  DeliveryRecord,
  Intent,
  LeaseResult,
  MessageFacts,
  Outcome,
} from './delivery.js';
import type { Envelope } from './envelope.js';
import type { ErrorSummary } from './errors.js';
import type { AttemptEnd, Rung } from './ladder.js';
import type { CloseResult, PendingMove, PendingRecord, RequestOutcome } from './pending.js';
import type { Priority } from './priority.js';

/** Where time comes from, milliseconds since 1970. */
export interface Clock {
  now(): number;
}

/** What became of one message that was handed to the bus or a lane. */
export type SendResult =
  | { readonly ok: true }
  /** `retryable: false`: the same entry will be refused again (not authorized, malformed, too large). */
  | { readonly ok: false; readonly retryable: boolean; readonly code: string; readonly message: string };

/**
 * The event bus. One result for each envelope, in their order; a whole call that fails gives every entry of it a
 * retryable result. At least once, unordered.
 */
export interface MessageBus {
  publish(envelopes: readonly Envelope[]): Promise<readonly SendResult[]>;
}

/** A message straight into a lane. */
export interface LaneMessage {
  readonly receiver: string;
  readonly lane: Priority;
  readonly envelope: Envelope;
  /** 0 to 900. */
  readonly delaySeconds?: number;
}

/** Sends into lanes of declared receivers (direct channels). Results as {@link MessageBus}. */
export interface LaneSender {
  send(messages: readonly LaneMessage[]): Promise<readonly SendResult[]>;
}

/** Changes how long received copies stay invisible; a receipt that is no longer valid is passed over. */
export interface LaneReceipts {
  setVisibility(changes: readonly { readonly receipt: string; readonly seconds: number }[]): Promise<void>;
}

/** The dead letter queue of a mailbox. */
export interface DeadLetterQueue {
  send(letter: DeadLetter): Promise<void>;
}

/** A timer of a request. */
export interface DeadlineTimer {
  readonly requestId: string;
  /** When it is to fire, milliseconds since 1970. */
  readonly at: number;
  /** How often it was sent on, as SQS delays 15 minutes at most. */
  readonly hop: number;
  /** When it was first due and found no record, milliseconds since 1970. */
  readonly orphanSince?: number;
}

/** Fires timers at or after their time, at least once. */
export interface TimerQueue {
  set(timer: DeadlineTimer, now: number): Promise<void>;
}

/** Large payloads and emissions; written before what refers to them. */
export interface PayloadStore {
  put(key: string, text: string): Promise<void>;
  /** @throws LanewayError NOT_FOUND */
  get(key: string): Promise<string>;
}

/** Options of {@link DeliveryStore.lease}. */
export interface LeaseRequest {
  /** Unique to this one request: two copies in one batch ask with two owners. */
  readonly owner: string;
  readonly now: number;
  readonly until: number;
  /** The caller runs it with no neighbour; without it a message whose last lease died is `suspect`. */
  readonly alone: boolean;
}

/**
 * Deliveries in the ledger. Every write is conditional, so that of any number of receivers exactly one writes an
 * outcome. A lease counts the try; a lease that died uncounts it unless it ran alone (architecture §3.5).
 */
export interface DeliveryStore {
  lease(key: DeliveryKey, facts: MessageFacts, request: LeaseRequest): Promise<LeaseResult>;
  /** Writes the outcome if `owner` still holds the lease; `lost` otherwise, and nothing may be sent. */
  settle(key: DeliveryKey, owner: string, outcome: Outcome): Promise<'stored' | 'lost'>;
  /** Gives the lease back after a failed try. */
  release(key: DeliveryKey, owner: string, error: ErrorSummary, at: number): Promise<'stored' | 'lost'>;
  /**
   * Writes an outcome without a lease (expired, unreadable payload, refused): stored when there is no outcome and no
   * running lease; else what stands there.
   */
  settleUnleased(key: DeliveryKey, facts: MessageFacts, outcome: Outcome): Promise<'stored' | DeliveryRecord>;
  /** Notes progress while `owner` holds the lease; `lost` otherwise, `cancelled` when its request was taken back. */
  progress(
    key: DeliveryKey,
    owner: string,
    progress: { fraction: number; note?: string },
  ): Promise<'stored' | 'lost' | 'cancelled'>;
  /** Makes a lease that `owner` holds last until `until`; `lost` otherwise, `cancelled` when its request was taken back. */
  renew(key: DeliveryKey, owner: string, until: number, at: number): Promise<'renewed' | 'lost' | 'cancelled'>;
  /**
   * Takes a request back: the delivery of its command is not started (again). The mark stands on the delivery's own item,
   * or, before any delivery, as a tombstone in its place, so that a lease sees it without another read.
   */
  cancel(key: DeliveryKey, cancellation: Cancellation): Promise<CancelResult>;
  /**
   * Adds to the number of deliveries that a conversation is known to have had. Not idempotent: it feeds an estimate.
   * @returns the number with it
   */
  countConversation(correlationId: string, deliveries: number, at: number): Promise<number>;
  /**
   * Opens a dead-lettered delivery again for the redrive of dead letter `deadLetter`, with tries counted anew; `not-dead`
   * when it has another state. Repeated before a copy has come: `reopened`, and nothing changes.
   */
  reopen(key: DeliveryKey, deadLetter: string, at: number): Promise<'reopened' | 'not-dead'>;
  /** Consistent read. */
  get(key: DeliveryKey): Promise<DeliveryRecord | undefined>;
}

/** An intent as the reconciler finds it. */
export interface DueIntent extends Intent {
  readonly due: number;
}

/** What publishers outside a handling leave in the ledger before they publish. */
export interface IntentStore {
  /** Idempotent by message id. `due` = when the reconciler looks whether it arrived. */
  record(intents: readonly Intent[], due: number): Promise<void>;
  /** Intents due in (after, until], oldest first. */
  due(after: number, until: number): AsyncIterable<DueIntent>;
}

/** Requests that wait for a reply. */
export interface PendingStore {
  /**
   * Writes the record of a request. A repetition with the same request id and waiter is `repeated` and replaces the
   * token of a workflow that waits; a closed one stays closed.
   */
  open(record: PendingRecord): Promise<'opened' | 'repeated' | 'closed'>;
  /**
   * The first outcome wins, by condition; the winner is named so that its redelivery repeats the resumption. `late`
   * carries the record as it stands; `unknown` when no such request exists. With `seen`, it is closed only if it is still
   * as it was seen (step and deadline), else `moved`.
   */
  close(requestId: string, outcome: RequestOutcome, seen?: PendingRecord): Promise<CloseResult>;
  /**
   * Moves an open request on to its next attempt, if it still is as it was `seen` (step and deadline): of any number of
   * callers one moves it. `moved: false` with the record as it stands; undefined when there is none.
   */
  advance(
    seen: PendingRecord,
    next: PendingMove,
  ): Promise<{ readonly moved: boolean; readonly record: PendingRecord } | undefined>;
  /** Moves the deadline of attempt `messageId` later, while it is the current one and open, up to the record's bound. */
  extend(requestId: string, messageId: string, deadline: string): Promise<boolean>;
  /** Consistent read. */
  get(requestId: string): Promise<PendingRecord | undefined>;
  /** Open records whose deadline lies in (after, until]. */
  due(after: number, until: number): AsyncIterable<PendingRecord>;
  /** Open records of approvals, whenever their time is over, the next first; one may show, or stay, a second late. */
  approvals(): AsyncIterable<PendingRecord>;
}

/** What a handler needs to answer a command later. */
export interface LaterReply {
  readonly agent: string;
  readonly command: string;
  readonly key: string;
  /** The command without its payload. */
  readonly envelope: Envelope;
  /** Seconds since 1970 after which it may be forgotten. */
  readonly forgetAfter: number;
}

/** Replies that were put off (`replyLater`), by agent, command and key. */
export interface LaterStore {
  put(later: LaterReply): Promise<void>;
  get(agent: string, command: string, key: string): Promise<LaterReply | undefined>;
}

/** Entries of the ledger other than deliveries. */
export interface LedgerWriter {
  /** Idempotent by dead letter id; after a redrive a letter of a later time opens the entry again (`decideLetter`). */
  deadLetter(entry: DeadLetterEntry): Promise<void>;
  /** State of a request, as of its closing (or a late or duplicate reply, which changes nothing else). */
  request(entry: RequestEntry): Promise<void>;
  /** A rung of a request's ladder. Idempotent by request and step. */
  escalation(entry: EscalationEntry): Promise<void>;
}

/** The dead letters of an application, for operators. */
export interface DeadLetterBook {
  /** Every dead letter in the ledger, whatever its resolution, in no order. A letter may show a second late. */
  all(): AsyncIterable<DeadLetterEntry>;
  /** As it stands now. */
  find(id: string): Promise<DeadLetterEntry | undefined>;
  /**
   * Writes a resolution, if the entry still stands as `seen`; a settled letter is forgotten with the ledger's
   * retention. Whether it was written.
   */
  resolve(seen: DeadLetterEntry, next: DeadLetterEntry & { readonly resolution: Resolution }): Promise<boolean>;
  /** Notes what an operator does in the conversation; idempotent by id. */
  record(entry: OperatorEntry): Promise<void>;
  /** As `record`, but of any number of entries with one id the first stands. @returns the one that stands */
  recordFirst(entry: OperatorEntry): Promise<OperatorEntry>;
}

/** What an operator did, in the ledger. */
export interface OperatorEntry {
  readonly id: string;
  readonly correlationId: string;
  readonly action: 'redrive' | 'edit' | 'discard' | 'answer' | 'fail' | 'replay' | 'start' | 'retry' | 'stop';
  readonly by: string;
  readonly why: string;
  readonly at: string;
  /** The request that was answered or failed; `messageId` is the message that says so. */
  readonly requestId?: string;
  /** What was decided, of an approval; `silent`, by nobody, when its time was over. */
  readonly decision?: 'approved' | 'rejected' | 'silent';
  /** The dead letter it was about, as it stood. */
  readonly deadLetter?: Pick<DeadLetterEntry, 'id' | 'receiver' | 'reason' | 'signature' | 'tries'>;
  readonly messageId?: string;
  /** Id of the edited message. */
  readonly successor?: string;
  /** The expiry that the message was given. */
  readonly expires?: string;
  readonly replay?: ReplayFacts;
  /** The execution of a workflow that was started, retried or stopped. */
  readonly execution?: string;
}

/** What a replay was. */
export interface ReplayFacts {
  /** Number of the new generation; absent when what had not arrived was sent again as it was. */
  readonly generation?: number;
  /** The conversation that it was made of, in the entry of the new one. */
  readonly of?: string;
  /** The conversation that was made, in the entry of the old one. */
  readonly as?: string;
  /** The window of the bus's archive, ISO 8601. */
  readonly window?: { readonly from: string; readonly to: string };
  /** Messages that it was to send; unknown for a window. */
  readonly messages?: number;
}

/** A closed request in the ledger. */
export interface RequestEntry {
  readonly correlationId: string;
  readonly requestId: string;
  readonly type: string;
  readonly state: RequestOutcome['state'] | 'late';
  readonly by: string;
  readonly at: string;
}

/** A rung that a request has come to, in the ledger. */
export interface EscalationEntry {
  readonly correlationId: string;
  readonly requestId: string;
  readonly type: string;
  /** Number of the record's change that it stands for. */
  readonly step: number;
  readonly rung: Rung['kind'] | 'abort';
  /** The attempt that began, or with `abort` the last one. */
  readonly attempt: number;
  /** What ended the attempt before; `messageId` is the command of that attempt. */
  readonly because: Pick<AttemptEnd, 'state' | 'attempt' | 'by' | 'error'> & { readonly messageId: string };
  /** Message of the new attempt (the command, or `PersonNeeded`). */
  readonly messageId?: string;
  readonly receiver?: string;
  readonly channel?: string;
  /** When this attempt is given up. */
  readonly until?: string;
  readonly at: string;
}

/** Resumes what waits on a task token. */
export interface WorkflowResumer {
  /** Done also when the token is no longer waited on. @throws LanewayError UNAVAILABLE, to be repeated. */
  succeed(token: string, output: unknown): Promise<'resumed' | 'gone'>;
  fail(token: string, error: string, cause: string): Promise<'resumed' | 'gone'>;
}

/** Starts executions. */
export interface WorkflowStarter {
  /** The same name again is success and starts nothing. */
  start(workflow: string, name: string, input: unknown): Promise<'started' | 'exists'>;
}

/** Where a periodic task has come to, by name; a task that runs twice at a time may do work twice, never leave it out. */
export interface CursorStore {
  /** Consistent read; undefined before the first put. */
  get(name: string): Promise<number | undefined>;
  put(name: string, value: number): Promise<void>;
}

/** A copy that AWS moved to a dead letter queue and that is to be tried again. */
export interface ReturnedCopy {
  readonly receiver: string;
  readonly lane: Priority;
  /** The text as it was received: an EventBridge event keeps the source and type that the bus vouched for. */
  readonly body: string;
  /** How often it has been returned, this time included. */
  readonly returns: number;
}

/** Puts copies back into their lane. At least once. */
export interface LaneReturns {
  /** @throws LanewayError UNAVAILABLE, to be repeated; UNKNOWN_RECEIVER when no such lane is known */
  put(copy: ReturnedCopy): Promise<void>;
}

/** What is known of an execution. */
export interface ExecutionFacts {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** Reads executions, for what a status event leaves out. */
export interface ExecutionReader {
  /** @throws LanewayError UNAVAILABLE, to be repeated */
  describe(execution: string): Promise<ExecutionFacts>;
}
