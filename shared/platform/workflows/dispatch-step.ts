import * as z from 'zod';
import type { Dispatch, DispatchPublish, DispatchRequest } from '../../domain/execution/dispatch.js';
import { defined } from '../../domain/base/defined.js';
import { isDuration, type Duration } from '../../domain/base/duration.js';
import { behind, offPath } from '../../domain/delivery/lineage.js';
import { requestLineage } from '../../domain/request/request-lineage.js';
import { LanewayError, summarizeError, unknownName } from '../../domain/base/errors.js';
import { restored } from '../../domain/execution/kept-state.js';
import type { PendingRecord, RequestOutcome } from '../../domain/request/pending.js';
import { PRIORITIES } from '../../domain/base/priority.js';
import type { SagaStore } from '../../domain/execution/saga.js';
import { idsOf } from '../../domain/execution/step-ids.js';
import { asLatest, type MessageType } from '../../message/message-type.js';
import { WorkflowProgressed } from '../../message/system-messages.js';
import { publishMessage, type OutsideOptions, type Publishing } from '../../publishing/publish-message.js';
import { stepLadder } from '../../topology/step-ladder.js';
import { stepInGeneration, takenOver } from './earlier-generations.js';
import { holdStep, type Hold } from './hold-step.js';
import { keepSchema } from './keep-schema.js';
import { tellProgress } from './tell-progress.js';
import { resumeWaiter } from './resume-waiter.js';
import type { DispatcherServices } from './dispatcher-services.js';
import { waiterOf } from './waiter-of.js';

/** Return value of the dispatcher for its state machine. The answer of a request comes later, over its task token. */
export interface Dispatched {
  readonly id: string;
  readonly requestId?: string;
}

const text = z.string().min(1);
const base = {
  workflow: text,
  execution: text,
  step: text,
  index: text.optional(),
  generation: z.number().int().min(0).optional(),
  settles: z.array(z.enum(['RequestTimedOut', 'RequestFailed'])).optional(),
  keep: keepSchema.optional(),
  message: z.object({
    id: text,
    type: text,
    source: text,
    time: text,
    correlationid: text,
    priority: z.enum(PRIORITIES),
    hops: z.number().int().min(0),
    path: text.optional(),
    deadline: text.optional(),
    traceparent: text.optional(),
    tenant: text.optional(),
    actor: text.optional(),
    subject: text.optional(),
  }),
};
const who = z.union([text, z.object({ capability: text }), z.object({ role: text })]);
const listed = z.array(text).min(1);
const to = z.union([who, z.object({ capabilities: listed }), z.object({ any: listed })]);
const version = z.number().int().min(1);
const send = {
  ...base,
  type: text,
  version: version.optional(),
  data: z.unknown(),
  priority: z.enum(PRIORITIES).optional(),
  to: to.optional(),
};
const timeoutSeconds = z.number().positive();
const duration = z.custom<Duration>(isDuration, 'not a duration');
const attempts = z.object({
  timeout: duration,
  tries: z.number().int().min(1),
  fallback: z.array(
    z.union([
      z.object({ agent: who, times: z.number().int().min(1).optional(), timeout: duration }),
      z.object({ channel: text, timeout: duration }),
      z.object({ person: duration }),
    ]),
  ),
});
const dispatchSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('request'),
    token: text,
    timeoutSeconds,
    attempts: attempts.optional(),
    undo: z.object({ type: text, version: version.optional(), data: z.unknown(), timeoutSeconds }).optional(),
    ...send,
  }),
  z.object({ kind: z.literal('publish'), ...send }),
  z.object({
    kind: z.literal('wait'),
    token: text,
    seconds: z.number().min(0).optional(),
    until: z.string().optional(),
    ...base,
  }),
  z.object({
    kind: z.literal('approval'),
    token: text,
    timeoutSeconds,
    title: z.string(),
    details: z.unknown().optional(),
    approvers: text,
    escalateTo: text.optional(),
    ...base,
  }),
  z.object({ kind: z.literal('receive'), token: text, timeoutSeconds, type: text, key: text.optional(), ...base }),
  z.object({ kind: z.literal('run'), token: text, timeoutSeconds, runs: text, data: z.unknown(), ...base }),
]);

/** A step can never be dispatched. Its name is the one by which state machines know that no further try helps. */
export class StepRefused extends LanewayError {
  /** Name of the class, as Lambda tells it to the state machine. */
  override readonly name = 'StepRefused';
}

/**
 * Dispatches a step of a workflow. Ids follow from execution, step and index, so that a step begun again publishes the same message
 * and only replaces the token to be answered. When its request has ended meanwhile, the new token is answered at once.
 * In a retried execution it goes on with the answers that earlier generations had, and with the requests that are still open; the
 * messages that they published keep their ids. A request that cannot be made (unknown type, wrong payload, nobody to receive it,
 * refused by the bus, no time left) answers its token with `RequestFailed` or `RequestTimedOut`: it never leaves a workflow waiting.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE: the state machine begins the step again, until the deadline of the execution;
 * StepRefused with any other code, for a publish step or input that cannot be read: it ends the execution
 */
export async function dispatchStep(input: unknown, services: DispatcherServices): Promise<Dispatched> {
  try {
    return await dispatched(parseDispatch(input), services);
  } catch (error) {
    const { code, message, retryable } = summarizeError(error);
    throw retryable ? error : new StepRefused(code, message);
  }
}

async function dispatched(dispatch: Dispatch, services: DispatcherServices): Promise<Dispatched> {
  const ids = idsOf(dispatch);
  await tellBegun(dispatch, ids.messageId, services);
  // Receivers that got the message from an earlier generation recognise its id.
  if (dispatch.kind === 'publish') return publish(dispatch, { id: stepInGeneration(dispatch, 0).messageId }, services);
  try {
    const earlier = await takenOver(dispatch, services);
    if (earlier) return await goOn(dispatch, earlier, services);
    if (dispatch.kind !== 'request') {
      await holdStep(dispatch, ids, services);
      return { id: ids.messageId, requestId: ids.requestId };
    }
    // Of a step that is begun again the request may have ended meanwhile: then nobody is asked any more.
    const ended = await services.pending.get(ids.requestId);
    if (ended?.outcome) return await goOn(dispatch, ended, services);
    await noteUndo(dispatch, ids.requestId, services.sagas);
    const made = await publish(dispatch, { id: ids.messageId, requestId: ids.requestId }, services);
    const record = await services.pending.get(ids.requestId);
    if (record?.outcome) await resumeWaiter({ ...record, waiter: waiterOf(dispatch) }, record.outcome, services);
    return made;
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    services.log.warn('a step could not make its request', { ...aboutOf(dispatch), error: summary.message });
    const by = `dispatcher:${ids.messageId}`;
    const at = new Date(services.publishing.clock.now()).toISOString();
    const outcome: RequestOutcome =
      summary.code === 'REQUEST_TIMED_OUT'
        ? { state: 'timed-out', by, at }
        : { state: 'failed', by, at, error: summary };
    await giveUp(dispatch, ids.requestId, outcome, services);
    return { id: ids.messageId, requestId: ids.requestId };
  }
}

async function tellBegun(
  { workflow, execution, step, index, message }: Dispatch,
  key: string,
  services: DispatcherServices,
): Promise<void> {
  const data = { workflow, execution, step, ...defined({ index }) };
  await tellProgress('workflow.progress', WorkflowProgressed, { data, key, lineage: offPath(message) }, services);
}

/** Lets the step wait for a request that was made before, in this generation or an earlier one; one that has ended answers its token at once. */
async function goOn(
  dispatch: DispatchRequest | Hold,
  earlier: PendingRecord,
  services: DispatcherServices,
): Promise<Dispatched> {
  const { messageId, requestId } = earlier;
  const waiter = waiterOf(dispatch);
  if (!earlier.outcome) await services.pending.open({ ...earlier, waiter });
  const standing = await services.pending.get(requestId);
  services.log.info('a step goes on with a request that was made before', { ...aboutOf(dispatch), request: requestId });
  if (standing?.outcome) await resumeWaiter({ ...standing, waiter }, standing.outcome, services);
  return { id: messageId, requestId };
}

/** Notes the command that undoes the step. It is noted before the step's own command is on its way, so that every answered step can be undone. */
async function noteUndo(dispatch: DispatchRequest, requestId: string, sagas: SagaStore): Promise<void> {
  const { undo, workflow, execution, message, step, index } = dispatch;
  if (!undo) return;
  const named = index === undefined ? step : `${step} #${index}`;
  await sagas.note({ workflow, execution, message }, { requestId, step: named, ...undo });
}

/** Ends the request if it was opened, and answers the token with its outcome. */
async function giveUp(
  dispatch: DispatchRequest | Hold,
  requestId: string,
  outcome: RequestOutcome,
  services: DispatcherServices,
): Promise<void> {
  const closed = await services.pending.close(requestId, outcome);
  if (closed.kind === 'unknown') {
    // Nothing was sent. A record all the same: by it an operator sees which step failed, and why.
    const record = unsent(dispatch, requestId, outcome);
    await services.pending.open(record);
    await services.pending.close(requestId, outcome);
    await resumeWaiter(record, outcome, services);
    return;
  }
  await resumeWaiter({ ...closed.record, waiter: waiterOf(dispatch) }, closed.record.outcome ?? outcome, services);
}

function unsent(dispatch: DispatchRequest | Hold, requestId: string, { at }: RequestOutcome): PendingRecord {
  const { message } = dispatch;
  return {
    ...{ requestId, messageId: idsOf(dispatch).messageId, ...requestLineage(message) },
    ...{ type: 'type' in dispatch ? dispatch.type : dispatch.kind, replyType: '', deadline: at, attempt: 1 },
    ...(dispatch.kind === 'wait' ? { holds: 'time' as const } : {}),
    waiter: waiterOf(dispatch),
  };
}

async function publish(
  dispatch: DispatchRequest | DispatchPublish,
  ids: Pick<OutsideOptions, 'id' | 'requestId'>,
  services: DispatcherServices,
): Promise<Dispatched> {
  const { publishing } = services;
  const type = typeOf(dispatch, publishing);
  const { message, priority, to } = dispatch;
  const written = await restored(dispatch.data, message.correlationid, services.payloads);
  const data = payloadOfStep(dispatch, type, written);
  const receipt = await publishMessage(publishing, type, data, {
    ...behind(message),
    ...ids,
    ...defined({ priority, to, subject: message.subject }),
    parent: message,
    ...(dispatch.kind === 'request' ? waitingOptions(dispatch, publishing) : {}),
  });
  services.log.info('a step was dispatched', { ...aboutOf(dispatch), id: receipt.id });
  return { id: receipt.id, ...defined({ requestId: ids.requestId }) };
}

/** Deadline, waiter and own ladder of a step that waits for a reply. */
function waitingOptions(
  request: DispatchRequest,
  { clock, topology }: Publishing,
): Pick<OutsideOptions, 'deadline' | 'waiter' | 'ladder'> {
  const { attempts, type, timeoutSeconds } = request;
  return {
    deadline: new Date(clock.now() + Math.ceil(timeoutSeconds * 1000)),
    waiter: waiterOf(request),
    ...(attempts && { ladder: stepLadder(attempts, type, topology) }),
  };
}

/**
 * The payload of a step as the type takes it now. An execution runs on the definition that it was started with, whose payloads are of the
 * schemas of that time.
 * @throws LanewayError SCHEMA with the step, the version it was written for, and what would let the execution go on
 */
function payloadOfStep(
  { workflow, step, version }: DispatchRequest | DispatchPublish,
  type: MessageType,
  data: unknown,
): unknown {
  try {
    return asLatest(type, data, version);
  } catch (error) {
    if (!(error instanceof LanewayError)) throw error;
    const [what = ''] = error.message.split('\n');
    throw new LanewayError(
      'SCHEMA',
      `step '${step}' of '${workflow}' was written for ${type.name} v${version ?? '?'}: ${what}`,
      {
        cause: error,
        help: [
          ...error.help,
          `a change that older executions do not know: raise the version of ${type.name} and list the old one with older(...)`,
          'then: laneway workflow retry <execution>',
        ],
      },
    );
  }
}

/** @throws LanewayError UNKNOWN_TYPE, INVALID_WORKFLOW for a request of a type that nothing answers */
function typeOf(dispatch: DispatchRequest | DispatchPublish, { topology }: Publishing): MessageType {
  const type = topology.types.get(dispatch.type);
  if (!type) {
    const what = `step '${dispatch.step}' of '${dispatch.workflow}' sends ${dispatch.type}`;
    throw unknownName('UNKNOWN_TYPE', what, dispatch.type, [...topology.types.keys()], topology.name);
  }
  if (dispatch.kind === 'request' && (type.kind !== 'command' || !type.reply)) {
    throw new LanewayError('INVALID_WORKFLOW', `step '${dispatch.step}' waits for an answer to ${type.name}`, {
      help: ['allowed: commands that name a reply; publish the others'],
    });
  }
  return type;
}

function parseDispatch(input: unknown): Dispatch {
  const result = dispatchSchema.safeParse(input);
  if (result.success) return result.data as Dispatch;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw new LanewayError('INVALID_WORKFLOW', `the dispatcher cannot read its input: ${faults.slice(0, 5).join('; ')}`, {
    help: ['allowed: what defineWorkflow compiles to; deploy machine and dispatcher of one version'],
  });
}

function aboutOf(dispatch: Dispatch): Readonly<Record<string, unknown>> {
  return {
    workflow: dispatch.workflow,
    execution: dispatch.execution,
    step: dispatch.step,
    ...('type' in dispatch ? { type: dispatch.type } : {}),
    correlation: dispatch.message.correlationid,
  };
}
