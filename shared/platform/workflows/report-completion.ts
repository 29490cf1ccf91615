import * as z from 'zod';
import type { Ports } from '../../domain/ports.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { ExecutionFacts, ExecutionReader } from '../../domain/execution/workflow-engine.js';
import { reportEnd, type EndServices } from './report-end.js';

/** Ports and settings of the function that hears status changes of executions. */
export interface WorkflowEventServices extends EndServices, Pick<Ports, 'executionFacts'> {
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

/**
 * Reports one "Step Functions Execution Status Change" event by {@link reportEnd}. Data that the event leaves out (over
 * 248 KB) is read from the execution. Other statuses, other machines and executions without a start message are
 * acknowledged. An event that is lost is made up for by supervision.
 *
 * @throws LanewayError UNPARSEABLE for a text that is no such event; PUBLISH, UNAVAILABLE, to be repeated
 */
export async function reportCompletion(body: string, services: WorkflowEventServices): Promise<void> {
  const detail = parseEvent(body);
  const { name, status, executionArn: arn, stateMachineArn } = detail;
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return;
  const workflow = Object.keys(services.workflows).find((one) => services.workflows[one] === stateMachineArn);
  if (workflow === undefined)
    return services.log.info('the execution is of no workflow of this application', { execution: name, status });
  const facts = await factsOf(detail, services.executionFacts);
  await reportEnd({ ...facts, workflow, name, arn, status, input: facts.input }, services);
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
