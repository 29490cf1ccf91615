import * as z from 'zod';
import type { ExecutionEnd } from '../../domain/execution/executions.js';
import type { Ports } from '../../domain/ports.js';
import { cutText } from '../../domain/base/cut-text.js';
import { derivedId } from '../../domain/base/ids.js';
import { behind, type Lineage } from '../../domain/delivery/lineage.js';
import type { RequestOutcome } from '../../domain/request/pending.js';
import { WorkflowCompleted, WorkflowFailed } from '../../message/system-messages.js';
import { publishMessage } from '../../publishing/publish-message.js';
import { compensate } from './compensate.js';
import { tellProgress } from './tell-progress.js';
import { resumeWaiter, type ResumeServices } from './resume-waiter.js';

/** Ports for reporting the end of an execution. */
export interface EndServices extends ResumeServices, Pick<Ports, 'openExecutions'> {}

/** An execution that has ended, with its place. */
export interface EndedExecution extends Omit<ExecutionEnd, 'endedAt'> {
  readonly workflow: string;
  readonly name: string;
}

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
 * Reports the end of an execution: `WorkflowCompleted` into the conversation that it was started in, under an id that
 * follows from execution and status; the steps of a failed one are undone, and the step that runs it is told. Its note is
 * taken away last. A repetition, by a second event or by supervision, changes nothing.
 *
 * @throws LanewayError PUBLISH, UNAVAILABLE, to be repeated
 */
export async function reportEnd(ended: EndedExecution, services: EndServices): Promise<void> {
  const { workflow, name, arn, status, input, error } = ended;
  const { log } = services;
  const about = { execution: name, status };
  const start = startSchema.safeParse(input);
  if (!start.success) {
    log.warn('the execution was started without a message, so it has no conversation', about);
    return services.openExecutions.close(name);
  }
  const { message } = start.data;
  const succeeded = status === 'SUCCEEDED';
  const ending = endingOf(ended);
  const id = derivedId(WorkflowCompleted.name, arn, status);
  const lineage = behind(message);
  await publishMessage(
    services.publishing,
    WorkflowCompleted,
    { workflow, execution: name, status: succeeded ? 'succeeded' : 'failed', ...ending },
    { ...lineage, id },
  );
  if (!succeeded) await tellFailed(ended, lineage, services);
  if (!succeeded && (await services.sagas.fail(name, error ?? status))) await compensate(name, services);
  const parent = parentSchema.safeParse(input);
  if (parent.success) await tellParent(parent.data.parent.requestId, id, { workflow, ...ending }, services);
  await services.openExecutions.close(name);
  log.info('a workflow ended', { ...about, workflow, correlation: message.correlationid });
}

async function tellFailed(
  { name, status, arn, workflow, error, cause }: EndedExecution,
  lineage: Lineage,
  services: EndServices,
): Promise<void> {
  const word = RESULTS[status === 'SUCCEEDED' ? 'FAILED' : status];
  const short = cutText(cause ?? '', LONGEST_CAUSE);
  const data = { workflow, execution: name, status: word, error: error ?? word, cause: short };
  const key = `${arn} ${status}`;
  await tellProgress('workflow.failures', WorkflowFailed, { data, key, lineage }, services);
}

/** The name that the workflow was completed or failed with, and why it failed. */
function endingOf({ status, output: given, error, cause }: EndedExecution): {
  readonly result: string;
  readonly error?: string;
} {
  const output = outputSchema.safeParse(given);
  if (status === 'SUCCEEDED') return { result: output.success ? output.data.result : 'succeeded' };
  const word = RESULTS[status];
  return { result: error ?? word, error: cause ?? error ?? `the execution ${word}` };
}

/** Ends the request of the step that runs this workflow; the first end of it stands. */
async function tellParent(
  requestId: string,
  by: string,
  { workflow, result, error }: { readonly workflow: string; readonly result: string; readonly error?: string },
  services: EndServices,
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
