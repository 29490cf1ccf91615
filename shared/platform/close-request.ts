import { checkOrigin, decodeCopy, type Decoded } from '../agent/receive/decode-copy.js';
import { payloadOf } from '../domain/claim-check.js';
import { reasonOf } from '../domain/dead-letter.js';
import type { Envelope } from '../domain/envelope.js';
import { ERROR_CODES, LanewayError, summarizeError, type ErrorCode } from '../domain/errors.js';
import type { PendingRecord, RequestOutcome } from '../domain/pending.js';
import type { Clock, DeadLetterQueue, PendingStore } from '../domain/ports.js';
import { decodeData } from '../message/message-type.js';
import { RequestFailed } from '../message/system-messages.js';
import type { QueuedCopy } from './queued-copy.js';
import { tellWaiter, type TellServices } from './tell-waiter.js';

/** What the function works with. */
export interface RepliesServices extends TellServices {
  readonly clock: Clock;
  readonly pending: PendingStore;
  readonly deadLetters: DeadLetterQueue;
}

/** Name of this receiver in dead letters. */
const RECEIVER = 'platform:replies';

/**
 * One copy of a reply, or of `RequestFailed`: checked as a receiver checks, then the request is closed, the first
 * outcome winning; the winner, each time it comes, tells whoever waits. A loser is recorded as `late`. What does not
 * answer a known request is acknowledged: its command was fire-and-forget, or has long been forgotten.
 *
 * @throws LanewayError UNAVAILABLE when a store or the bus failed; the copy then comes again
 */
export async function closeRequest(copy: QueuedCopy, services: RepliesServices): Promise<void> {
  try {
    const decoded = decodeCopy(copy.body);
    checkOrigin(decoded, services.topology.model);
    await close(decoded, services);
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
  const outcome = await outcomeOf(envelope, record, services);
  const closed = await pending.close(record.requestId, outcome);
  if (closed.kind === 'unknown') return;
  if (closed.kind === 'won') return tellWaiter(closed.record, closed.record.outcome ?? outcome, services);
  log.info('the reply came too late', { ...about, request: record.requestId });
  await ledger.request({
    correlationId: record.correlationId,
    requestId: record.requestId,
    type: record.type,
    state: 'late',
    by: envelope.id,
    at: outcome.at,
  });
}

/** @throws LanewayError SENDER_MISMATCH, NOT_CARRIED, SCHEMA, NOT_FOUND */
async function outcomeOf(
  envelope: Envelope,
  record: PendingRecord,
  services: RepliesServices,
): Promise<RequestOutcome> {
  const at = new Date(services.clock.now()).toISOString();
  const payload = await payloadOf(envelope, services.payloads);
  if (envelope.correlationid !== record.correlationId) {
    throw new LanewayError(
      'SENDER_MISMATCH',
      `the message belongs to conversation ${envelope.correlationid}, its request to ${record.correlationId}`,
    );
  }
  if (envelope.type === RequestFailed.name) {
    const { code, message } = decodeData(RequestFailed, payload, envelope.dataschema);
    const known: ErrorCode = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'REQUEST_FAILED';
    return {
      state: 'failed',
      by: envelope.id,
      at,
      error: { code: known, message, name: RequestFailed.name, retryable: false },
    };
  }
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
