import { checkOrigin, decodeCopy, type Decoded } from '../../agent/receive/decode-copy.js';
import { payloadOf, withoutPayload } from '../../domain/delivery/claim-check.js';
import { reasonOf } from '../../domain/delivery/dead-letter.js';
import { parseSource, type Envelope } from '../../domain/wire/envelope.js';
import { PLATFORM_WRITER } from '../../domain/wire/writers.js';
import type { Cancellation, DeliveryKey } from '../../domain/delivery/delivery.js';
import { ERROR_CODES, LanewayError, summarizeError, type ErrorCode } from '../../domain/base/errors.js';
import { commandKeyOf } from '../../domain/request/command-key.js';
import type { AttemptEnd } from '../../domain/request/ladder.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { replyOutcome } from '../../domain/request/reply-outcome.js';
import type { Replied } from '../../domain/execution/saga.js';
import type { Ports } from '../../domain/ports.js';
import { decodeData } from '../../message/message-type.js';
import { RequestCancelled, RequestFailed } from '../../message/system-messages.js';
import { cancelRequest, type CancelServices } from './cancel-request.js';
import { undoAnswered } from '../workflows/compensate.js';
import { endAttempt, type AttemptEndEffect, type EscalateServices } from './escalate-request.js';
import type { QueuedCopy } from '../ingress/queued-copy.js';
import { endId } from './announce-request-end.js';
import { checkAnswerer, mayFail } from '../../publishing/was-asked.js';
import { takeAwaited, type AwaitServices } from '../workflows/take-awaited.js';
import { resumeWaiter } from '../workflows/resume-waiter.js';

/** Ports of the function that takes replies. */
export type RepliesServices = CancelServices & EscalateServices & AwaitServices & Pick<Ports, 'deadLetters'>;

/** Name of this receiver in dead letters. */
const RECEIVER = 'platform:replies';

/**
 * Takes one copy of a reply, or of `RequestFailed`: checked as a receiver checks. A reply to any attempt closes the request, the
 * first outcome winning; the winner, each time it comes, tells the waiter. `RequestFailed` of the current attempt moves
 * the request to the next rung of its ladder, or closes it; of an earlier one it changes nothing. A loser is recorded as
 * `late`, and its step is undone with the workflow that had asked. A message that answers no known request is acknowledged: its
 * command was fire-and-forget, or has long been forgotten.
 *
 * @throws LanewayError UNAVAILABLE when a store or the bus failed; the copy then comes again
 */
export async function closeRequest(copy: QueuedCopy, services: RepliesServices): Promise<void> {
  try {
    const decoded = decodeCopy(copy.body);
    checkOrigin(decoded, services.topology.model);
    if (decoded.envelope.type === RequestCancelled.name) await cancelRequest(decoded.envelope, services);
    else await close(decoded, services);
    await takeAwaited(decoded.envelope, services);
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    services.log.warn('a reply is refused', { copy: copy.copy, error: summary.message });
    await services.deadLetters.send({
      laneway: 'dead-letter',
      receiver: RECEIVER,
      copy: copy.copy,
      reason: reasonOf(summary),
      error: summary,
      tries: 1,
      at: new Date(services.clock.now()).toISOString(),
      body: copy.body,
    });
  }
}

async function close({ envelope }: Decoded, services: RepliesServices): Promise<void> {
  const { pending, ledger, log } = services;
  const about = { type: envelope.type, id: envelope.id, correlation: envelope.correlationid };
  const record = envelope.requestid === undefined ? undefined : await pending.get(envelope.requestid);
  if (!record) {
    log.info('the message answers no request that is waited for', { ...about, request: envelope.requestid });
    return;
  }
  const at = new Date(services.clock.now()).toISOString();
  const payload = await payloadOf(envelope, services.payloads);
  checkConversation(envelope, record);
  if (envelope.type === RequestFailed.name) {
    // The end of the request, told to everybody else by this function or that of the deadlines.
    if (envelope.id === endId(record.requestId)) return;
    if ((await failAttempt({ envelope, payload, record, at }, services)) !== 'late') return;
  } else {
    checkAnswerer(envelope.source, record, services.topology.model);
    checkReply({ envelope, payload, record }, services);
    // A client may not read what its answerer wrote, but the replies to its own requests.
    const held = record.waiter.kind === 'client' ? { ...withoutPayload(envelope), data: payload } : envelope;
    const outcome = await replyOutcome(held, { writer: PLATFORM_WRITER, at: Date.parse(at) }, services.payloads);
    const closed = await pending.close(record.requestId, outcome);
    if (closed.kind === 'unknown') return;
    if (closed.kind === 'won')
      return void (await resumeWaiter(closed.record, closed.record.outcome ?? outcome, services));
    await undoLate(closed.record, outcome, services);
  }
  log.info('the reply came too late', { ...about, request: record.requestId });
  await ledger.request({
    correlationId: record.correlationId,
    requestId: record.requestId,
    type: record.type,
    state: 'late',
    by: envelope.id,
    at,
  });
}

/** Undoes a step whose reply came after its request had timed out or failed. After another reply there is nothing to undo. */
async function undoLate(
  { requestId, waiter, outcome: ended }: PendingRecord,
  reply: Replied,
  services: RepliesServices,
): Promise<void> {
  if (waiter.kind === 'workflow' && ended?.state !== 'replied')
    await undoAnswered(waiter.execution, requestId, services, reply);
}

/** @throws LanewayError SENDER_MISMATCH */
function checkConversation(envelope: Envelope, record: PendingRecord): void {
  if (envelope.correlationid === record.correlationId) return;
  // Refusals are told to everybody. Whoever guesses a request's id learns nothing about it.
  throw new LanewayError(
    'SENDER_MISMATCH',
    `the message belongs to conversation ${envelope.correlationid}, its request to another`,
  );
}

/** A message that answers a request, and the instant at which it is looked at. */
interface Answer {
  readonly envelope: Envelope;
  readonly payload: unknown;
  readonly record: PendingRecord;
  readonly at: string;
}

/**
 * @returns `waits` when the command has been done, and the attempt waits for what comes of it
 * @throws LanewayError NOT_DECLARED, SCHEMA; PUBLISH, UNAVAILABLE, to be repeated
 */
async function failAttempt(
  { envelope, payload, record, at }: Answer,
  services: RepliesServices,
): Promise<AttemptEndEffect | 'waits'> {
  const { code, message, final, ...told } = decodeData(RequestFailed, payload, envelope.dataschema);
  // What an operator edited is another message of the same attempt.
  const attempt = envelope.causationid === record.messageId ? record.attempt : told.attempt;
  checkFailure(envelope, attempt, record, services);
  const known: ErrorCode = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'REQUEST_FAILED';
  const cause: AttemptEnd = {
    state: 'failed',
    attempt,
    by: envelope.id,
    at,
    error: {
      code: known,
      message,
      name: RequestFailed.name,
      retryable: record.climb !== undefined && ERROR_CODES[known],
    },
    ...(final === true ? { final } : {}),
  };
  // An agent that comes back is not to do what another has been given meanwhile, nor another what it has done: its reply is on its way,
  // or was put off.
  if (known === 'AGENT_DOWN' && attempt === record.attempt)
    if ((await takeBack(record, { by: cause.by, why: message, at }, services)) === 'done') return 'waits';
  return endAttempt(record, cause, services);
}

/**
 * Marks the command of the present attempt, so that it is not started (again). @returns `done` when its agent has done it
 * @throws LanewayError UNAVAILABLE
 */
async function takeBack(
  record: PendingRecord,
  cancellation: Cancellation,
  { deliveries }: RepliesServices,
): Promise<'done' | 'open'> {
  const receiver = record.climb?.receiver;
  const key = receiver === undefined ? undefined : commandKeyOf(record, receiver);
  return key !== undefined && (await isDone(key, cancellation, deliveries)) ? 'done' : 'open';
}

/** Marks a delivery. One that its receiver made unreadable is nothing that is done, and must not hold a request open. */
async function isDone(key: DeliveryKey, cancellation: Cancellation, deliveries: Ports['deliveries']): Promise<boolean> {
  try {
    const found = await deliveries.cancel(key, cancellation);
    return found.kind === 'settled' && found.record.state === 'completed';
  } catch (error) {
    if (error instanceof LanewayError && error.retryable) throw error;
    return false;
  }
}

/** @throws LanewayError NOT_CARRIED, SCHEMA */
function checkReply({ envelope, payload, record }: Omit<Answer, 'at'>, services: RepliesServices): void {
  const type = services.topology.types.get(record.replyType);
  if (!type || envelope.type !== record.replyType) {
    throw new LanewayError('NOT_CARRIED', `${envelope.type} is not the reply of request ${record.requestId}`, {
      help: [`see: laneway requests get ${record.requestId}`],
    });
  }
  decodeData(type, payload, envelope.dataschema);
}

/**
 * An agent may fail only what it was asked, and of the attempts that of now only where it was asked now; everything else fails by
 * its dead letter. @throws LanewayError NOT_DECLARED, SENDER_MISMATCH
 */
function checkFailure(envelope: Envelope, attempt: number, record: PendingRecord, { topology }: RepliesServices): void {
  const by = parseSource(envelope.source);
  if (by?.kind === 'platform') return;
  const { requestId, type } = record;
  if (by?.kind !== 'agent' || topology.model.agents[by.name]?.handles.includes(type) !== true)
    throw new LanewayError('NOT_DECLARED', `${envelope.source} fails request ${requestId}, which is none of its`);
  if (mayFail(by.name, attempt, record, topology.model)) return;
  throw new LanewayError(
    'SENDER_MISMATCH',
    `${envelope.source} fails attempt ${attempt} of request ${requestId}, which it was not asked`,
    { help: [`asked were others: laneway requests get ${requestId}`] },
  );
}
