import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionStatus } from '../../../shared/domain/execution/executions.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { inspectExecution, type ExecutionView } from '../../../shared/operator/workflows/inspect-execution.js';
import { retryExecution } from '../../../shared/operator/workflows/retry-workflow.js';
import { startExecution, stopExecution } from '../../../shared/operator/workflows/start-execution.js';
import { checkWorkflow, type WorkflowServices } from '../../../shared/operator/workflows/workflow-services.js';
import type { CommandContext } from '../../context/command-context.js';
import { openWithWorkflows } from '../../context/deployed-workflows.js';
import { readData } from '../../input/read-data.js';
import { executionTable, executionText, type ListedExecution } from '../../render/workflows.js';
import { actorOf, type ActOptions } from '../dlq/dlq.js';

/** Options of `laneway workflow list`. */
export interface WorkflowListOptions {
  readonly workflow?: string;
  readonly status?: ExecutionStatus;
  readonly limit: number;
}

/** Options of `laneway workflow start`. */
export interface WorkflowStartOptions extends ActOptions {
  readonly data: string;
  readonly key?: string;
}

const watchEveryMs = 1_000;
/** Running executions of a list whose steps are looked up as well. */
const mostLookedInto = 10;

/** Executions, the latest first, of one workflow or all; with what the running ones wait for. */
export async function workflowListCommand(context: CommandContext, options: WorkflowListOptions): Promise<void> {
  const services = await workflowsOf(context);
  if (options.workflow !== undefined) checkWorkflow(options.workflow, services);
  const names = options.workflow === undefined ? services.executions.workflows : [options.workflow];
  const lists = await Promise.all(
    names.map((name) => first(services.executions.list(name, options.status), options.limit)),
  );
  const found = lists.flat().sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  let looked = 0;
  const listed = await Promise.all(
    found.slice(0, options.limit).map(async (execution): Promise<ListedExecution> => {
      if (execution.status !== 'running' || looked++ >= mostLookedInto) return execution;
      const { steps } = await inspectExecution(execution.name, services);
      const waiting = steps.filter(({ state }) => state === 'waiting');
      return { ...execution, waiting: waiting.map(({ step, waitsFor = '' }) => `${step} for ${waitsFor}`) };
    }),
  );
  const { output } = context;
  output.result(listed, () => executionTable(services.topology.name, listed, output.paint).join('\n'));
}

/** One execution: steps, who is waited for, why it failed, what to type next; beside it its conversation. */
export async function workflowGetCommand(context: CommandContext, name: string): Promise<void> {
  const view = await inspectExecution(name, await workflowsOf(context));
  context.output.result(shown(view), () => executionText(view, context.output.paint).join('\n'));
}

/** `get` without the conversation, each time something has changed, until the execution has ended. */
export async function workflowWatchCommand(context: CommandContext, name: string): Promise<void> {
  const { output } = context;
  const services = await workflowsOf(context);
  for (let before = ''; ;) {
    const view = await inspectExecution(name, services);
    const { entries: _entries, ...rest } = shown(view);
    const text = JSON.stringify(rest);
    if (text !== before) {
      output.clear();
      output.result(rest, () => executionText(view, output.paint, { conversation: false }).join('\n'));
    }
    before = text;
    if (view.status !== 'running') return;
    await sleep(watchEveryMs);
  }
}

/** Has a workflow started with a payload of its start message. @throws LanewayError as `startExecution` */
export async function workflowStartCommand(
  context: CommandContext,
  workflow: string,
  options: WorkflowStartOptions,
): Promise<void> {
  const data = readData(options.data);
  const actor = await actorOf(context, options);
  const started = await startExecution(workflow, { data, key: options.key }, actor, await workflowsOf(context));
  context.output.progress(`asked for; follow it: laneway workflow watch ${started.execution}`);
  context.output.result(started, () => started.execution);
}

/** Ends a running execution. @throws LanewayError as `stopExecution` */
export async function workflowStopCommand(context: CommandContext, name: string, options: ActOptions): Promise<void> {
  const stopped = await stopExecution(name, await actorOf(context, options), await workflowsOf(context));
  context.output.progress(`stopped, and compensated; follow it: laneway trace ${stopped.conversation}`);
  context.output.result(stopped, () => stopped.execution);
}

/** Does an execution again from where it failed. @throws LanewayError as `retryExecution` */
export async function workflowRetryCommand(context: CommandContext, name: string, options: ActOptions): Promise<void> {
  const { output } = context;
  const retried = await retryExecution(name, await actorOf(context, options), await workflowsOf(context));
  if (retried.notUndone.length > 0)
    output.progress(`could not be undone, and is done once more: ${retried.notUndone.join(', ')}`);
  output.progress(
    `${retried.already ? 'it was retried before' : 'asked for'}; follow it: laneway workflow watch ${retried.execution}`,
  );
  output.result(retried, () => retried.execution);
}

/** The services where the command works. @throws LanewayError NOT_FOUND */
export async function workflowsOf(context: CommandContext): Promise<WorkflowServices> {
  const { topology } = await context.operated();
  return openWithWorkflows(topology);
}

/** The one workflow of an application, when none is named. @throws LanewayError INVALID_OPTION */
export function onlyWorkflow(given: string | undefined, known: readonly string[]): string {
  const name = given ?? (known.length === 1 ? known[0] : undefined);
  if (name !== undefined && known.includes(name)) return name;
  throw new LanewayError(
    given === undefined ? 'INVALID_OPTION' : 'NOT_FOUND',
    given === undefined ? `there are ${known.length} workflows` : `there is no workflow '${given}'`,
    { help: [`name one: ${known.join(', ') || '(none)'}`] },
  );
}

/** An execution for `--json`. It leaves out the definition, which `diagram` prints, and visits, of which the steps are made. */
function shown({ definition: _definition, visits: _visits, ...view }: ExecutionView) {
  return view;
}

async function first<Item>(items: AsyncIterable<Item>, most: number): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) {
    if (found.push(item) >= most) break;
  }
  return found;
}
