import { defined } from '../../domain/base/defined.js';
import type { LedgerEntry } from '../../domain/evidence/conversation.js';
import { executionName } from '../../domain/wire/execution-name.js';
import type { ExecutionDetail, StateVisits } from '../../domain/execution/executions.js';
import { restoredOrDescribed } from '../../domain/execution/kept-state.js';
import type { AslDefinition } from '../../workflow/compile/asl.js';
import { callsIn, type DispatcherCall } from '../../workflow/compile/calls-in.js';
import { explainFailure, type Failure } from './explain-failure.js';
import { stepViews, type StepView } from './step-views.js';
import { executionByName, type WorkflowServices } from './workflow-services.js';

/** An execution as an operator sees it. Task tokens are no part of it. */
export interface ExecutionView extends Omit<ExecutionDetail, 'name' | 'input' | 'output'> {
  readonly execution: string;
  readonly generation: number;
  readonly conversation: string;
  /** Name of the result that it completed with; absent until it has. */
  readonly result?: string;
  readonly data?: unknown;
  /** Steps in the order of the definition that it runs on. */
  readonly steps: readonly StepView[];
  readonly failure?: Failure;
  /** The execution that does it again. */
  readonly retriedAs?: string;
  readonly entries: readonly LedgerEntry[];
  readonly definition: AslDefinition;
  readonly visits: Readonly<Record<string, StateVisits>>;
}

/**
 * Looks at an execution: where it stands by Step Functions, what its steps wait for by the pending records, who works on
 * it and how far by the ledger.
 * @throws LanewayError NOT_FOUND, REFUSED, UNAVAILABLE
 */
export async function inspectExecution(name: string, services: WorkflowServices): Promise<ExecutionView> {
  const { execution, input } = await executionByName(name, services);
  const { workflow } = execution;
  const { message, generation } = input;
  const retry = executionName(workflow, message, generation + 1);
  const [definition, visits, entries, next] = await Promise.all([
    services.executions.definition(workflow, name),
    services.executions.visits(workflow, name),
    services.conversations.conversation(message.correlationid),
    services.executions.find(workflow, retry),
  ]);
  const machine = definition as AslDefinition;
  const calls: readonly DispatcherCall[] = callsIn(machine);
  const steps = await stepViews({ execution, input, calls, visits, entries }, services);
  const bad = execution.status !== 'running' && execution.status !== 'succeeded';
  const { input: _input, output, name: _name, ...rest } = execution;
  return {
    ...rest,
    execution: name,
    generation,
    conversation: message.correlationid,
    ...resultOf(await restoredOrDescribed(output, message.correlationid, services.publishing.payloads)),
    steps,
    ...(bad ? { failure: explainFailure({ execution, input, steps, visits, entries, machine, retried: next }) } : {}),
    ...(next ? { retriedAs: retry } : {}),
    ...{ entries, definition: machine, visits },
  };
}

function resultOf(output: unknown): Pick<ExecutionView, 'result' | 'data'> {
  if (typeof output !== 'object' || output === null || !('result' in output)) return {};
  const { result, data } = output as { readonly result: unknown; readonly data?: unknown };
  return { ...(typeof result === 'string' ? { result } : {}), ...defined({ data }) };
}
