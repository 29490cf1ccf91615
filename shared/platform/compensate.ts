import { payloadOf } from '../domain/claim-check.js';
import type { Log } from '../agent/context.js';
import { LanewayError, summarizeError } from '../domain/errors.js';
import { fillTemplate } from '../domain/fill-template.js';
import { derivedId } from '../domain/ids.js';
import type { PendingRecord } from '../domain/pending.js';
import type { PayloadStore, PendingStore } from '../domain/ports.js';
import { undoRequestId, type Saga, type SagaStore, type UndoStep } from '../domain/saga.js';
import { decodeData } from '../message/message-type.js';
import { WorkflowCompensated } from '../message/system-messages.js';
import { publishMessage, type Publishing, type Standing } from '../topology/publish-message.js';

/** What compensating works with. */
export interface CompensateServices {
  readonly sagas: SagaStore;
  readonly pending: PendingStore;
  readonly payloads: PayloadStore;
  readonly publishing: Publishing;
  readonly log: Log;
}

/** A step whose request was answered, and the request that undoes it, when there is one. */
interface Completed {
  readonly step: UndoStep;
  readonly reply: PendingRecord;
  readonly undo: PendingRecord | undefined;
}

/**
 * Goes on undoing a failed execution: of the steps whose requests were answered, the last first, the next one that is
 * not undone yet is undone by a request, for which nobody waits but the next call. When all have ended,
 * `WorkflowCompensated` says what was undone and what could not be. Called when the execution has failed, whenever a
 * request that undoes ends, and when a reply comes that the failed execution no longer waits for; ids follow from what is
 * undone, so that calls may be repeated and overlap.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function compensate(execution: string, services: CompensateServices): Promise<void> {
  const saga = await services.sagas.get(execution);
  if (saga?.failed === undefined) return;
  const completed = await completedSteps(saga, services.pending);
  const next = completed.find(({ undo }) => !undo?.outcome);
  if (next) return undo(saga, next, services);
  if (completed.length > 0) await tell(saga, completed, services);
}

/**
 * The last first: by when they were begun, which in a sequence is after the one before was answered; clocks of
 * different functions cannot turn it round.
 */
async function completedSteps(saga: Saga, pending: PendingStore): Promise<Completed[]> {
  const steps = await Promise.all(
    saga.steps.map(async (step) => {
      const reply = await pending.get(step.requestId);
      return reply?.outcome?.state === 'replied' ? [{ step, reply, undo: await pending.get(undoRequestId(step)) }] : [];
    }),
  );
  return steps.flat().reverse();
}

async function undo(saga: Saga, { step, reply }: Completed, services: CompensateServices): Promise<void> {
  const { publishing, pending, log } = services;
  const about = { ...aboutOf(saga), step: step.step, type: step.type };
  const requestId = undoRequestId(step);
  const id = derivedId('undo-command', step.requestId);
  try {
    const { outcome } = reply;
    if (outcome?.state !== 'replied') return;
    const { types } = publishing.topology;
    const [type, replyType] = [types.get(step.type), types.get(outcome.type)];
    if (!type || !replyType) throw new LanewayError('UNKNOWN_TYPE', `${step.type}, which undoes ${outcome.type}`);
    const data: unknown = decodeData(replyType, await payloadOf(outcome, services.payloads), outcome.dataschema);
    const deadline = new Date(publishing.clock.now() + step.timeoutSeconds * 1000);
    const waiter = { kind: 'saga' as const, execution: saga.execution };
    const standing: Standing = { ...standingIn(saga), id, requestId, waiter, causationId: outcome.by };
    await publishMessage(publishing, type, fillTemplate(step.data, data), { deadline }, standing);
    log.info('a step is undone', about);
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    // It cannot even be asked for: recorded as an undoing that failed, and the next one's turn.
    log.error('a step cannot be undone', { ...about, error: summary.message });
    const at = new Date(publishing.clock.now()).toISOString();
    await pending.open({
      ...{ requestId, messageId: id, correlationId: saga.message.correlationid, type: step.type, replyType: '' },
      ...{ deadline: at, attempt: 1, waiter: { kind: 'saga', execution: saga.execution }, hops: saga.message.hops },
    });
    await pending.close(requestId, { state: 'failed', by: `saga:${id}`, at, error: summary });
    return compensate(saga.execution, services);
  }
}

async function tell(saga: Saga, completed: readonly Completed[], services: CompensateServices): Promise<void> {
  const { workflow, execution, failed } = saga;
  const named = (done: boolean) =>
    completed.filter(({ undo }) => (undo?.outcome?.state === 'replied') === done).map(({ step }) => step.step);
  const [undone, notUndone] = [named(true), named(false)];
  await publishMessage(
    services.publishing,
    WorkflowCompensated,
    { workflow, execution, reason: failed ?? '', undone, notUndone },
    {},
    // A reply that came late makes it one more step, and another message.
    { ...standingIn(saga), id: derivedId(WorkflowCompensated.name, execution, String(completed.length)) },
  );
  services.log[notUndone.length > 0 ? 'error' : 'info']('a failed workflow was compensated', {
    ...aboutOf(saga),
    undone,
    notUndone,
  });
}

function standingIn({ message }: Saga): Standing {
  return {
    correlationId: message.correlationid,
    causationId: message.id,
    hops: message.hops + 1,
    parent: { id: message.id, priority: message.priority },
    ...(message.tenant === undefined ? {} : { tenant: message.tenant }),
    ...(message.traceparent === undefined ? {} : { traceparent: message.traceparent }),
    ...(message.actor === undefined ? {} : { actor: message.actor }),
  };
}

function aboutOf({ workflow, execution, message }: Saga): Readonly<Record<string, unknown>> {
  return { workflow, execution, correlation: message.correlationid };
}
