import * as z from 'zod';
import { LanewayError, unknownName } from '../../domain/base/errors.js';
import type { ExecutionDetail, ExecutionFinder, WorkflowEngine } from '../../domain/execution/executions.js';
import { derivedId } from '../../domain/base/ids.js';
import type { OperatorEntry } from '../../domain/evidence/dead-letter-book.js';
import { PRIORITIES } from '../../domain/base/priority.js';
import type { Ports } from '../../domain/ports.js';
import type { Publishing } from '../../publishing/publish-message.js';
import type { Topology } from '../../topology/topology.js';
import type { Actor } from '../operator-services.js';

/** Ports and settings for retrying and starting workflows. */
export interface WorkflowActServices extends Pick<Ports, 'clock'> {
  readonly topology: Topology;
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
  readonly executions: ExecutionFinder;
  readonly pending: Pick<Ports['pending'], 'get'>;
  readonly sagas: Pick<Ports['sagas'], 'get' | 'steps'>;
  readonly book: Pick<Ports['book'], 'record'>;
  /** Publishes as the operator. */
  readonly publishing: Publishing;
}

/** Ports and settings for looking at executions, and for all that {@link WorkflowActServices} allow. */
export interface WorkflowServices extends WorkflowActServices, Pick<Ports, 'conversations'> {
  readonly executions: WorkflowEngine;
  readonly sagas: Pick<Ports['sagas'], 'get' | 'steps' | 'find'>;
}

const inputSchema = z.object({
  message: z.object({
    id: z.string(),
    type: z.string(),
    source: z.string(),
    time: z.string(),
    correlationid: z.string(),
    priority: z.enum(PRIORITIES),
    hops: z.number().int(),
    traceparent: z.string().optional(),
    tenant: z.string().optional(),
    actor: z.string().optional(),
    subject: z.string().optional(),
    data: z.unknown(),
  }),
  generation: z.number().int().default(0),
  parent: z.object({ requestId: z.string() }).optional(),
});

/** Input that Laneway starts an execution with. */
export type ExecutionInput = z.output<typeof inputSchema>;

/** An execution with its input read. */
export interface FoundExecution {
  readonly execution: ExecutionDetail;
  readonly input: ExecutionInput;
}

/**
 * An execution by its name, which begins with that of its workflow.
 * @throws LanewayError NOT_FOUND; REFUSED when it was not started by a message
 */
export async function executionByName(name: string, services: WorkflowActServices): Promise<FoundExecution> {
  const workflows = Object.keys(services.starts).sort((a, b) => b.length - a.length);
  for (const workflow of workflows.filter((one) => name.startsWith(`${one}-`))) {
    const execution = await services.executions.find(workflow, name);
    if (!execution) continue;
    const input = inputSchema.safeParse(execution.input);
    if (input.success) return { execution, input: input.data };
    throw new LanewayError('REFUSED', `execution '${name}' was not started by a message of Laneway`, {
      help: ['it has no conversation; look at it in Step Functions'],
    });
  }
  throw new LanewayError('NOT_FOUND', `there is no execution '${name}'`, {
    help: [
      `workflows: ${workflows.join(', ') || '(none)'}`,
      'list them: laneway workflow list; Step Functions forgets them 90 days after their end',
    ],
  });
}

/** @throws LanewayError NOT_FOUND for a workflow that is not deployed */
export function checkWorkflow(workflow: string, { starts, topology }: WorkflowActServices): void {
  if (Object.hasOwn(starts, workflow)) return;
  const what = `'${workflow}' is no workflow of '${topology.name}' that is deployed`;
  throw unknownName('NOT_FOUND', what, workflow, Object.keys(starts), topology.name);
}

/** Notes an operator's action on an execution in the ledger, with who and why. */
export async function noteAction(
  action: Extract<OperatorEntry['action'], 'start' | 'retry' | 'stop'>,
  about: { readonly execution: string; readonly correlationId: string; readonly messageId?: string },
  actor: Actor,
  { book, clock }: Pick<WorkflowActServices, 'book' | 'clock'>,
): Promise<void> {
  await book.record({
    id: derivedId('operator', action, about.execution),
    ...{ action, ...about, ...actor },
    at: new Date(clock.now()).toISOString(),
  });
}
