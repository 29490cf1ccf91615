import { checkOrigin, decodeCopy, type Decoded } from '../../agent/receive/decode-copy.js';
import { payloadOf } from '../../domain/delivery/claim-check.js';
import { reasonOf, type DeadLetterQueue } from '../../domain/delivery/dead-letter.js';
import { parseSource, type Envelope } from '../../domain/wire/envelope.js';
import { ERROR_CODES, LanewayError, summarizeError, type ErrorCode } from '../../domain/base/errors.js';
import type { AttemptEnd } from '../../domain/request/ladder.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { Clock } from '../../domain/base/clock.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import type { Replied } from '../../domain/execution/saga.js';
import { decodeData } from '../../message/message-type.js';
import { RequestCancelled, RequestFailed } from '../../message/system-messages.js';
import { cancelRequest, type CancelServices } from './cancel-request.js';
import { undoAnswered } from '../workflows/compensate.js';
import { endAttempt, type Ended, type EscalateServices } from './escalate-request.js';
import type { QueuedCopy } from '../ingress/queued-copy.js';
import { endId } from './announce-request-end.js';
import { takeAwaited, type AwaitServices } from '../workflows/take-awaited.js';
import { resumeWaiter } from '../workflows/resume-waiter.js';

/** Ports of the function that takes replies. */
export interface RepliesServices extends CancelServices, EscalateServices, AwaitServices {
  readonly clock: Clock;
  readonly pending: PendingStore;
  readonly deadLetters: DeadLetterQueue;
}

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
    if ((await failAttempt(envelope, payload, record, at, services)) !== 'late') return;
  } else {
    const outcome = replyOf(envelope, payload, record, at, services);
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
  throw new LanewayError(
    'SENDER_MISMATCH',
    `the message belongs to conversation ${envelope.correlationid}, its request to ${record.correlationId}`,
  );
}

/** @throws LanewayError NOT_DECLARED, SCHEMA; PUBLISH, UNAVAILABLE, to be repeated */
async function failAttempt(
  envelope: Envelope,
  payload: unknown,
  record: PendingRecord,
  at: string,
  services: RepliesServices,
): Promise<Ended> {
  checkFailure(envelope, record, services);
  const { code, message, attempt, final } = decodeData(RequestFailed, payload, envelope.dataschema);
  const known: ErrorCode = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'REQUEST_FAILED';
  const cause: AttemptEnd = {
    state: 'failed',
    // What an operator edited is another message of the same attempt.
    attempt: envelope.causationid === record.messageId ? record.attempt : attempt,
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
  return endAttempt(record, cause, services);
}

/** @throws LanewayError NOT_CARRIED, SCHEMA */
function replyOf(
  envelope: Envelope,
  payload: unknown,
  record: PendingRecord,
  at: string,
  services: RepliesServices,
): Replied {
  const type = services.topology.types.get(record.replyType);
  if (!type || envelope.type !== record.replyType) {
    throw new LanewayError('NOT_CARRIED', `${envelope.type} does not answer ${record.type}`, {
      help: [`its reply is ${record.replyType}`],
    });
  }
  decodeData(type, payload, envelope.dataschema);
  return {
    state: 'replied',
    by: envelope.id,
    at,
    type: envelope.type,
    dataschema: envelope.dataschema,
    ...(envelope.dataref === undefined ? { data: envelope.data } : { dataref: envelope.dataref }),
  };
}

/** An agent may fail only what it handles; everything else fails by its dead letter. @throws LanewayError NOT_DECLARED */
function checkFailure(envelope: Envelope, record: PendingRecord, { topology }: RepliesServices): void {
  const by = parseSource(envelope.source);
  if (by?.kind === 'platform') return;
  if (by?.kind === 'agent' && topology.model.agents[by.name]?.handles.includes(record.type) === true) return;
  throw new LanewayError(
    'NOT_DECLARED',
    `${envelope.source} fails a request for ${record.type}, which it does not handle`,
  );
}
