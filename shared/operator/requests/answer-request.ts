import { cutText, withoutPlaces } from '../../domain/base/cut-text.js';
import { behindRequest } from '../../domain/request/request-lineage.js';
import { LanewayError } from '../../domain/base/errors.js';
import { derivedId, newId } from '../../domain/base/ids.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { Ports } from '../../domain/ports.js';
import { encodeData } from '../../message/message-type.js';
import { RequestFailed } from '../../message/system-messages.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';
import type { Topology } from '../../topology/topology.js';
import { checkActor, type Actor } from '../operator-services.js';

/** Ports and settings for answering requests as an operator. */
export interface AnswerServices extends Pick<Ports, 'clock'> {
  readonly topology: Topology;
  readonly pending: Pick<Ports['pending'], 'get' | 'due' | 'approvals'>;
  readonly book: Pick<Ports['book'], 'record' | 'recordFirst'>;
  /** Publishes as the operator. */
  readonly publishing: Publishing;
}

/** Result of an operator's answer to a request. */
export interface SentAnswer {
  readonly requestId: string;
  readonly conversation: string;
  /** Message that says so; the request ends when the platform hears it. */
  readonly messageId: string;
}

/** A request as people may see it: without the task token of a workflow. */
export type VisibleRequest = Omit<PendingRecord, 'waiter'> & { readonly waits: string };

/**
 * An open or closed request. @throws LanewayError NOT_FOUND
 */
export async function requestById(requestId: string, { pending }: AnswerServices): Promise<PendingRecord> {
  const record = await pending.get(requestId);
  if (record) return record;
  throw new LanewayError('NOT_FOUND', `there is no request '${requestId}'`, {
    help: ['open ones: laneway requests list; ended ones are forgotten after three weeks'],
  });
}

/** Open requests whose time is over within so many milliseconds, the next first. */
export async function openRequests(within: number, { clock, pending }: AnswerServices): Promise<PendingRecord[]> {
  const found: PendingRecord[] = [];
  const now = clock.now();
  for await (const record of pending.due(now - OVERDUE_MS, now + within)) if (!record.outcome) found.push(record);
  return found;
}

/** Open requests are listed although their time was over up to this many milliseconds ago: the timer is about to act, or was lost. */
const OVERDUE_MS = 3_600_000;

/** A request without its waiter, whose task token nobody is to see; `waits` names the waiter in words. */
export function visible({ waiter, ...record }: PendingRecord): VisibleRequest {
  const waits = {
    workflow: () => (waiter.kind === 'workflow' ? `workflow ${waiter.execution}, step ${waiter.step}` : ''),
    saga: () => (waiter.kind === 'saga' ? `compensation of ${waiter.execution}` : ''),
    agent: () => (waiter.kind === 'agent' ? `agent ${waiter.id}` : ''),
    client: () => 'a client',
  }[waiter.kind]();
  return { ...record, waits };
}

/**
 * A person's answer: noted in the ledger with who and why, then published as the reply, which everybody hears who
 * subscribes to it, and which closes the request like any other. The first outcome wins; when the request has ended
 * meanwhile, the answer is a recorded no-op.
 *
 * @throws LanewayError NOT_FOUND, REFUSED when it has ended or is an approval, SCHEMA, INVALID_OPTION without who or why, PUBLISH
 */
export async function answerRequest(
  requestId: string,
  data: unknown,
  actor: Actor,
  services: AnswerServices,
): Promise<SentAnswer> {
  const { publishing, topology } = services;
  const record = await openRequest(requestId, actor, services);
  if (record.approval) throw isApproval(requestId);
  const type = topology.types.get(record.replyType);
  if (!type) throw new LanewayError('UNKNOWN_TYPE', `'${topology.name}' has no message type ${record.replyType}`);
  const payload = encodeData(type, data);
  const messageId = newId();
  await note('answer', record, { actor, messageId }, services);
  await publishMessage(publishing, type, payload, { ...behindRequest(record), id: messageId, requestId });
  return { requestId, conversation: record.correlationId, messageId };
}

/**
 * Ends a request as failed, whatever its ladder has left: noted in the ledger with who and why, then told.
 * @throws LanewayError NOT_FOUND, REFUSED when it has ended, INVALID_OPTION without who or why, PUBLISH
 */
export async function failRequest(requestId: string, actor: Actor, services: AnswerServices): Promise<SentAnswer> {
  const record = await openRequest(requestId, actor, services);
  const messageId = newId();
  await note('fail', record, { actor, messageId }, services);
  await publishMessage(
    services.publishing,
    RequestFailed,
    {
      ...{ requestId, type: record.type, attempt: record.attempt, final: true },
      code: 'REQUEST_FAILED',
      message: cutText(withoutPlaces(`${actor.by}: ${actor.why}`), 1_000),
    },
    {
      ...{ ...behindRequest(record), id: messageId, requestId },
      channel: record.climb ? 'system.attempts' : 'system.timeouts',
    },
  );
  return { requestId, conversation: record.correlationId, messageId };
}

async function openRequest(requestId: string, actor: Actor, services: AnswerServices): Promise<PendingRecord> {
  checkActor(actor);
  const record = await requestById(requestId, services);
  if (!record.outcome) return record;
  throw new LanewayError('REFUSED', `request '${requestId}' has ended: ${record.outcome.state}`, {
    help: [`see: laneway trace ${record.correlationId}`],
  });
}

/** Refusal to answer an approval as a request: its first decision stands by one write, which an answer would go past. */
function isApproval(requestId: string): LanewayError {
  return new LanewayError('REFUSED', `request '${requestId}' is an approval, which is decided and not answered`, {
    help: [`laneway approval approve|reject ${requestId} --reason ...`],
  });
}

async function note(
  action: 'answer' | 'fail',
  record: PendingRecord,
  { actor, messageId }: { readonly actor: Actor; readonly messageId: string },
  { book, clock }: AnswerServices,
): Promise<void> {
  const { requestId, correlationId } = record;
  await book.record({
    id: derivedId('operator', action, requestId, messageId),
    ...{ correlationId, requestId, action, messageId },
    ...actor,
    at: new Date(clock.now()).toISOString(),
  });
}
