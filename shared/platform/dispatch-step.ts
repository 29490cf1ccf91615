import * as z from 'zod';
import type { Dispatch, DispatchRequest } from '../domain/dispatch.js';
import { LanewayError, summarizeError, unknownName } from '../domain/errors.js';
import { derivedId } from '../domain/ids.js';
import type { RequestOutcome } from '../domain/pending.js';
import type { PendingStore } from '../domain/ports.js';
import { PRIORITIES } from '../domain/priority.js';
import type { MessageType } from '../message/message-type.js';
import type { PublishOptions } from '../topology/compose-message.js';
import { publishMessage, type Publishing, type Standing } from '../topology/publish-message.js';
import { tellWaiter, type TellServices } from './tell-waiter.js';

/** What the function works with. */
export interface DispatcherServices extends TellServices {
  readonly publishing: Publishing;
  readonly pending: PendingStore;
}

/** What a state machine gets back; the answer of a request comes over its task token. */
export interface Dispatched {
  readonly id: string;
  readonly requestId?: string;
}

const text = z.string().min(1);
const base = {
  workflow: text,
  execution: text,
  step: text,
  index: z.number().int().min(0).optional(),
  message: z.object({
    id: text,
    type: text,
    source: text,
    time: text,
    correlationid: text,
    priority: z.enum(PRIORITIES),
    hops: z.number().int().min(0),
    deadline: text.optional(),
    traceparent: text.optional(),
    tenant: text.optional(),
    actor: text.optional(),
    subject: text.optional(),
  }),
  type: text,
  data: z.unknown(),
  priority: z.enum(PRIORITIES).optional(),
  to: z.union([text, z.object({ capability: text }), z.object({ role: text })]).optional(),
};
const dispatchSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), token: text, timeoutSeconds: z.number().positive(), ...base }),
  z.object({ kind: z.literal('publish'), ...base }),
]);

/**
 * A step of a workflow. Ids follow from execution, step and index, so that a step begun again publishes the same message
 * and only replaces the token to be answered; when its request has ended meanwhile, the new token is answered at once.
 * A request that cannot be made (unknown type, wrong payload, nobody to receive it, refused by the bus, no time left)
 * answers its token with `RequestFailed` or `RequestTimedOut`: it never leaves a workflow waiting.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE: the state machine begins the step again; for a publish step, and for
 * input without a token, whatever is wrong with it
 */
export async function dispatchStep(input: unknown, services: DispatcherServices): Promise<Dispatched> {
  const dispatch = parseDispatch(input);
  const ids = idsOf(dispatch);
  if (dispatch.kind === 'publish') return publish(dispatch, { id: ids.messageId }, services);
  try {
    const made = await publish(dispatch, { id: ids.messageId, requestId: ids.requestId }, services);
    const record = await services.pending.get(ids.requestId);
    if (record?.outcome) await tellWaiter(record, record.outcome, services, dispatch.token);
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

/** Ends the request if it was opened, and answers the token with how it ended. */
async function giveUp(
  dispatch: DispatchRequest,
  requestId: string,
  outcome: RequestOutcome,
  services: DispatcherServices,
): Promise<void> {
  const closed = await services.pending.close(requestId, outcome);
  if (closed.kind === 'unknown') {
    const [error, cause] =
      outcome.state === 'failed'
        ? ['RequestFailed', `${outcome.error.code}: ${outcome.error.message}`]
        : ['RequestTimedOut', `there was no time left to make the request ${dispatch.type}`];
    await services.resumer.fail(dispatch.token, error, cause);
    return;
  }
  await tellWaiter(closed.record, closed.record.outcome ?? outcome, services, dispatch.token);
}

async function publish(
  dispatch: Dispatch,
  ids: Pick<Standing, 'id' | 'requestId'>,
  services: DispatcherServices,
): Promise<Dispatched> {
  const { publishing } = services;
  const type = typeOf(dispatch, publishing);
  const { message } = dispatch;
  const options: PublishOptions = {
    ...(dispatch.priority === undefined ? {} : { priority: dispatch.priority }),
    ...(dispatch.to === undefined ? {} : { to: dispatch.to }),
    ...(message.subject === undefined ? {} : { subject: message.subject }),
    ...(dispatch.kind === 'publish'
      ? {}
      : { deadline: new Date(publishing.clock.now() + Math.ceil(dispatch.timeoutSeconds * 1000)) }),
  };
  const receipt = await publishMessage(publishing, type, dispatch.data, options, {
    ...ids,
    correlationId: message.correlationid,
    causationId: message.id,
    hops: message.hops + 1,
    parent: {
      id: message.id,
      priority: message.priority,
      ...(message.deadline === undefined ? {} : { deadline: message.deadline }),
    },
    ...(message.tenant === undefined ? {} : { tenant: message.tenant }),
    ...(message.traceparent === undefined ? {} : { traceparent: message.traceparent }),
    ...(message.actor === undefined ? {} : { actor: message.actor }),
    ...(dispatch.kind === 'publish'
      ? {}
      : {
          waiter: {
            kind: 'workflow' as const,
            token: dispatch.token,
            execution: dispatch.execution,
            step: dispatch.step,
          },
        }),
  });
  services.log.info('a step was dispatched', { ...aboutOf(dispatch), id: receipt.id });
  return { id: receipt.id, ...(ids.requestId === undefined ? {} : { requestId: ids.requestId }) };
}

/** @throws LanewayError UNKNOWN_TYPE, INVALID_WORKFLOW (a request of what is not answered) */
function typeOf(dispatch: Dispatch, { topology }: Publishing): MessageType {
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

/** Ids that a repetition of the same step gives again. */
export function idsOf(dispatch: Dispatch): { readonly messageId: string; readonly requestId: string } {
  const parts = [dispatch.workflow, dispatch.execution, dispatch.step, String(dispatch.index ?? '')];
  return { messageId: derivedId('dispatch', ...parts), requestId: derivedId('request', ...parts) };
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
    type: dispatch.type,
    correlation: dispatch.message.correlationid,
  };
}
