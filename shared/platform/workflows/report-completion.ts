import * as z from 'zod';
import { LanewayError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { RequestOutcome } from '../../domain/request/pending.js';
import type { ExecutionFacts, ExecutionReader } from '../../domain/execution/workflow-engine.js';
import { WorkflowCompleted, WorkflowFailed } from '../../message/system-messages.js';
import { publishMessage, type Standing } from '../../publishing/publish-message.js';
import { compensate } from './compensate.js';
import { tellProgress } from './tell-progress.js';
import { resumeWaiter, type ResumeServices } from './resume-waiter.js';

/** Ports and settings of the function that hears status changes of executions. */
export interface WorkflowEventServices extends ResumeServices {
  readonly executions: ExecutionReader;
  /** Workflow name -> state machine ARN. */
  readonly workflows: Readonly<Record<string, string>>;
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
});
const eventSchema = z.object({
  detail: z.object({
    executionArn: z.string(),
    stateMachineArn: z.string(),
    name: z.string(),
    status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']),
    input: json.nullish(),
    output: json.nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});
type Detail = z.output<typeof eventSchema>['detail'];

const startSchema = z.object({
  message: z.object({
    id: z.string(),
    correlationid: z.string(),
    hops: z.number().int(),
    path: z.string().optional(),
    tenant: z.string().optional(),
    traceparent: z.string().optional(),
    actor: z.string().optional(),
  }),
});
const parentSchema = z.object({ parent: z.object({ requestId: z.string() }) });
const outputSchema = z.object({ result: z.string() });

/** Characters of a cause that the event about it has. */
const LONGEST_CAUSE = 1_000;

/** Status names in words, where a failed execution names no error. */
const RESULTS = { FAILED: 'failed', TIMED_OUT: 'timed-out', ABORTED: 'aborted' } as const;

/**
 * Reports one "Step Functions Execution Status Change" event: `WorkflowCompleted` into the conversation that the execution was
 * started in, under an id that follows from execution and status. The steps of a failed one are undone. Data that the event leaves
 * out (over 248 KB) is read from the execution. Other statuses, other machines and executions without a start message are acknowledged.
 *
 * @throws LanewayError UNPARSEABLE for a text that is no such event; PUBLISH, UNAVAILABLE, to be repeated
 */
export async function reportCompletion(body: string, services: WorkflowEventServices): Promise<void> {
  const detail = parseEvent(body);
  const { log } = services;
  const about = { execution: detail.name, status: detail.status };
  if (detail.status === 'RUNNING' || detail.status === 'PENDING_REDRIVE') return;
  const workflow = Object.keys(services.workflows).find((name) => services.workflows[name] === detail.stateMachineArn);
  if (workflow === undefined) return log.info('the execution is of no workflow of this application', about);
  const facts = await factsOf(detail, services.executions);
  const start = startSchema.safeParse(facts.input);
  if (!start.success) return log.warn('the execution was started without a message, so it has no conversation', about);
  const { message } = start.data;
  const succeeded = detail.status === 'SUCCEEDED';
  const ending = endingOf(detail, facts);
  const id = derivedId(WorkflowCompleted.name, detail.executionArn, detail.status);
  const standing: Standing = {
    correlationId: message.correlationid,
    causationId: message.id,
    hops: message.hops + 1,
    ...(message.path === undefined ? {} : { path: message.path }),
    ...(message.tenant === undefined ? {} : { tenant: message.tenant }),
    ...(message.traceparent === undefined ? {} : { traceparent: message.traceparent }),
    ...(message.actor === undefined ? {} : { actor: message.actor }),
  };
  await publishMessage(
    services.publishing,
    WorkflowCompleted,
    { workflow, execution: detail.name, status: succeeded ? 'succeeded' : 'failed', ...ending },
    {},
    { ...standing, id },
  );
  if (!succeeded) await tellFailed(detail, workflow, facts, standing, services);
  if (!succeeded && (await services.sagas.fail(detail.name, facts.error ?? detail.status)))
    await compensate(detail.name, services);
  const parent = parentSchema.safeParse(facts.input);
  if (parent.success) await tellParent(parent.data.parent.requestId, id, { workflow, ...ending }, services);
  log.info('a workflow ended', { ...about, workflow, correlation: message.correlationid });
}

async function tellFailed(
  { name, status, executionArn }: Detail,
  workflow: string,
  { error, cause = '' }: ExecutionFacts,
  standing: Standing,
  services: WorkflowEventServices,
): Promise<void> {
  const word = RESULTS[status as keyof typeof RESULTS];
  const about = { workflow, execution: name, status: word, error: error ?? word, cause: cause.slice(0, LONGEST_CAUSE) };
  await tellProgress('workflow.failures', WorkflowFailed, about, `${executionArn} ${status}`, standing, services);
}

/** The name that the workflow was completed or failed with, and why it failed. */
function endingOf({ status }: Detail, facts: ExecutionFacts): { readonly result: string; readonly error?: string } {
  const output = outputSchema.safeParse(facts.output);
  if (status === 'SUCCEEDED') return { result: output.success ? output.data.result : 'succeeded' };
  const word = RESULTS[status as keyof typeof RESULTS];
  return { result: facts.error ?? word, error: facts.cause ?? facts.error ?? `the execution ${word}` };
}

/** Ends the request of the step that runs this workflow; the first end of it stands. */
async function tellParent(
  requestId: string,
  by: string,
  { workflow, result, error }: { readonly workflow: string; readonly result: string; readonly error?: string },
  services: WorkflowEventServices,
): Promise<void> {
  const at = new Date(services.publishing.clock.now()).toISOString();
  const failure = { code: 'REQUEST_FAILED', name: 'WorkflowFailed', retryable: false } as const;
  const outcome: RequestOutcome =
    error === undefined
      ? { state: 'replied', by, at, data: { result }, type: '', dataschema: '' }
      : { state: 'failed', by, at, error: { ...failure, message: `workflow ${workflow} failed: ${result}: ${error}` } };
  const closed = await services.pending.close(requestId, outcome);
  if (closed.kind === 'won') await resumeWaiter(closed.record, closed.record.outcome ?? outcome, services);
}

/** Facts of the event, completed from the execution itself where the event leaves something out. */
async function factsOf(detail: Detail, executions: ExecutionReader): Promise<ExecutionFacts> {
  const complete =
    detail.input != null && (detail.status === 'SUCCEEDED' ? detail.output != null : detail.error != null);
  const read = complete ? {} : await executions.describe(detail.executionArn);
  return {
    ...read,
    ...(detail.input == null ? {} : { input: detail.input }),
    ...(detail.output == null ? {} : { output: detail.output }),
    ...(detail.error == null ? {} : { error: detail.error }),
    ...(detail.cause == null ? {} : { cause: detail.cause }),
  };
}

function parseEvent(body: string): Detail {
  try {
    return eventSchema.parse(JSON.parse(body)).detail;
  } catch (cause) {
    throw new LanewayError('UNPARSEABLE', 'the message is no status change of an execution', {
      cause,
      help: ["allowed: EventBridge events of type 'Step Functions Execution Status Change'"],
    });
  }
}
