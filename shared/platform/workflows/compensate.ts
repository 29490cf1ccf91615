import { payloadAt } from '../../domain/delivery/claim-check.js';
import { offPath } from '../../domain/delivery/lineage.js';
import type { Log } from '../../agent/context.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import { fillTemplate } from '../../domain/base/fill-template.js';
import { derivedId } from '../../domain/base/ids.js';
import { restored } from '../../domain/execution/kept-state.js';
import { undoRequestId, type NotedStep, type Replied, type Saga } from '../../domain/execution/saga.js';
import type { Ports } from '../../domain/ports.js';
import { asLatest, decodeData } from '../../message/message-type.js';
import { WorkflowCompensated } from '../../message/system-messages.js';
import { publishMessage, type OutsideOptions, type Publishing } from '../../publishing/publish-message.js';

/** Ports for undoing a failed execution. */
export interface CompensateServices extends Pick<Ports, 'sagas' | 'pending' | 'payloads'> {
  readonly publishing: Publishing;
  readonly log: Log;
}

/** Steps that undoing passes over before it notes its place again. */
const PASSED_BETWEEN_NOTES = 20;

/**
 * Goes on undoing a failed execution. Of the steps whose requests were answered, the last noted that is not undone yet comes next: it
 * is undone by a request, for which nobody waits but the next call. When all have ended, `WorkflowCompensated` lists the steps that
 * were undone and those that could not be. A step that undoing has passed is not looked at again, unless it is reopened
 * ({@link undoAnswered}). Called when the execution has failed, whenever a request that undoes ends, and when a reply comes
 * that the failed execution no longer waits for. Ids follow from the step that is undone, so that calls may be repeated and overlap.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function compensate(execution: string, services: CompensateServices): Promise<void> {
  const { sagas } = services;
  const saga = await readable(sagas.get(execution), { execution }, services.log);
  if (saga?.failed === undefined) return;
  const reopened = new Set(saga.reopened);
  let next = saga.next ?? saga.noted;
  let noted = { next: saga.next, done: 0 };
  const note = async (): Promise<void> => {
    const done = saga.reopened.filter((number) => !reopened.has(number));
    if (next !== noted.next || done.length > noted.done) await sagas.move(execution, next, done);
    noted = { next, done: done.length };
  };
  for (;;) {
    const number = Math.max(next, ...reopened);
    if (number === 0) break;
    if ((await look(saga, number, services)) === 'asked') return note();
    reopened.delete(number);
    if (number === next) next--;
    if (next % PASSED_BETWEEN_NOTES === 0) await note();
  }
  await note();
  await tell(saga, services);
}

/**
 * Undoes a step whose request was answered when its execution did not wait for it any more, or only after the request had ended
 * otherwise (`late`). It is undone when the execution has failed, and the reply is kept for the case that it fails. An execution
 * that has ended well is left as it is.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function undoAnswered(
  execution: string,
  requestId: string,
  services: CompensateServices,
  late?: Replied,
): Promise<void> {
  const { sagas } = services;
  const { log } = services;
  const step = await readable(sagas.find(execution, requestId), { execution, requestId }, log);
  if (!step) return;
  if (late) await sagas.keepLate(execution, step.number, late);
  // The saga is read after the reply was kept: a function that marks the execution as failed from now on finds the
  // reply.
  const saga = await readable(sagas.get(execution), { execution }, log);
  if (saga?.failed === undefined) return;
  if (!step.undoing) await sagas.reopen(execution, step.number);
  await compensate(execution, services);
}

/** Looks at one step. `done`: there is nothing to undo, or its undoing has ended. `asked`: the request that undoes it is on its way. */
async function look(saga: Saga, number: number, services: CompensateServices): Promise<'done' | 'asked'> {
  const { sagas, pending } = services;
  const step = await readable(sagas.step(saga.execution, number), { ...aboutOf(saga), number }, services.log);
  if (!step || step.undoing) return 'done';
  const reply = step.late ?? (await pending.get(step.requestId))?.outcome;
  if (reply?.state !== 'replied') return 'done';
  const undoing = (await pending.get(undoRequestId(step)))?.outcome;
  if (!undoing && (await undo(saga, step, reply, services)) === 'asked') return 'asked';
  await sagas.settle(saga.execution, number, undoing?.state === 'replied' ? 'undone' : 'failed');
  return 'done';
}

async function undo(
  saga: Saga,
  step: NotedStep,
  reply: Replied,
  services: CompensateServices,
): Promise<'asked' | 'refused'> {
  const { publishing, pending, log } = services;
  const about = { ...aboutOf(saga), step: step.step, type: step.type };
  const requestId = undoRequestId(step);
  const id = derivedId('undo-command', step.requestId);
  try {
    const { types } = publishing.topology;
    const [type, replyType] = [types.get(step.type), types.get(reply.type)];
    if (!type || !replyType) throw new LanewayError('UNKNOWN_TYPE', `${step.type}, which undoes ${reply.type}`);
    const data: unknown = decodeData(replyType, await payloadAt(reply, services.payloads), reply.dataschema);
    const deadline = new Date(publishing.clock.now() + step.timeoutSeconds * 1000);
    const waiter = { kind: 'saga' as const, execution: saga.execution };
    const caused = { ...inheritedIn(saga), id, requestId, waiter, causationId: reply.by };
    const template = await restored(step.data, saga.message.correlationid, services.payloads);
    const payload = asLatest(type, fillTemplate(template, data), step.version);
    await publishMessage(publishing, type, payload, { ...caused, deadline, lasting: true });
    log.info('a step is undone', about);
    return 'asked';
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    // The undoing cannot even be requested. It counts as failed, and the next one follows.
    log.error('a step cannot be undone', { ...about, error: summary.message });
    const at = new Date(publishing.clock.now()).toISOString();
    await pending.close(requestId, { state: 'failed', by: `saga:${id}`, at, error: summary });
    return 'refused';
  }
}

/**
 * Publishes `WorkflowCompensated`. Its id follows from the number of steps that have ended, so that it is one message
 * until a late reply adds a step.
 */
async function tell(saga: Saga, services: CompensateServices): Promise<void> {
  const { workflow, execution, failed, reopenings } = saga;
  if (saga.told === reopenings) return;
  const [undone, notUndone]: [string[], string[]] = [[], []];
  for await (const { step, undoing } of services.sagas.steps(saga))
    if (undoing) (undoing === 'undone' ? undone : notUndone).push(step);
  const completed = undone.length + notUndone.length;
  if (completed > 0) {
    await publishMessage(
      services.publishing,
      WorkflowCompensated,
      { workflow, execution, reason: failed ?? '', undone, notUndone },
      { ...inheritedIn(saga), id: derivedId(WorkflowCompensated.name, execution, String(completed)) },
    );
    services.log[notUndone.length > 0 ? 'error' : 'info']('a failed workflow was compensated', {
      ...aboutOf(saga),
      undone,
      notUndone,
    });
  }
  await services.sagas.tell(execution, reopenings);
}

/**
 * A saga or one of its steps; undefined where it cannot be read. The end of its execution, and the steps beside it, must not wait for it.
 * `WorkflowCompensated` lists a step among those that could not be undone. Of a saga nothing is known: the store has noted it, and
 * whoever runs this counts it (alarm `unreadable-rows`).
 */
async function readable<Value>(
  reading: Promise<Value | undefined>,
  about: Readonly<Record<string, unknown>>,
  log: Log,
): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code, message } = summarizeError(error);
    if (code !== 'UNREADABLE') throw error;
    log.error('a compensation cannot be read, and is passed over', { ...about, error: message });
    return undefined;
  }
}

/** Lineage and priority of the messages of an undoing: those of the start message, whose deadline it need not keep. */
function inheritedIn({ message }: Saga): OutsideOptions {
  return { ...offPath(message), parent: { id: message.id, priority: message.priority } };
}

function aboutOf({ workflow, execution, message }: Saga): Readonly<Record<string, unknown>> {
  return { workflow, execution, correlation: message.correlationid };
}
