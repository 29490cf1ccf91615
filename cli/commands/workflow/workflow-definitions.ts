import { affectedExecutions, type Affected } from '../../../shared/operator/workflows/affected-executions.js';
import { compareDefinitions } from '../../../shared/operator/workflows/compare-definitions.js';
import { inspectExecution } from '../../../shared/operator/workflows/inspect-execution.js';
import { workflowCost } from '../../../shared/operator/workflows/workflow-cost.js';
import type { AslDefinition } from '../../../shared/workflow/compile/asl.js';
import type { CommandContext } from '../../context/command-context.js';
import { slowProgress } from '../ledger/slow-progress.js';
import { machineMermaid, machineText, type Mark } from '../../render/machine.js';
import { changeText, costText, marksOf } from '../../render/workflows.js';
import { synthesizedWorkflows } from '../../context/synthesized-workflows.js';
import { onlyWorkflow, workflowsOf } from './workflow.js';

/** Options of the commands that show a definition. */
export interface DefinitionOptions {
  /** True: the definition of the sources, not the deployed one. */
  readonly local?: boolean;
}

/** Options of `laneway workflow diagram`. */
export interface WorkflowDiagramOptions extends DefinitionOptions {
  readonly execution?: string;
  readonly as: 'text' | 'mermaid';
}

/** A definition as a drawing, or an execution drawn on the one that it runs on. @throws LanewayError NOT_FOUND */
export async function workflowDiagramCommand(
  context: CommandContext,
  workflow: string | undefined,
  { execution, as, ...options }: WorkflowDiagramOptions,
): Promise<void> {
  const view = execution === undefined ? undefined : await inspectExecution(execution, await workflowsOf(context));
  const { name, definition } = view
    ? { name: view.workflow, definition: view.definition }
    : await definitionOf(context, workflow, options);
  const marks = view ? marksOf(view) : new Map<string, Mark>();
  const drawing = as === 'mermaid' ? machineMermaid(definition, marks) : machineText(definition, marks).join('\n');
  context.output.result({ workflow: name, definition, marks: Object.fromEntries(marks) }, () => drawing);
}

/** Transitions and dollars per thousand runs, for each way through a workflow. @throws LanewayError NOT_FOUND */
export async function workflowCostCommand(
  context: CommandContext,
  workflow: string | undefined,
  options: DefinitionOptions,
): Promise<void> {
  const { name, definition } = await definitionOf(context, workflow, options);
  const paths = workflowCost(definition);
  context.output.result({ workflow: name, paths }, () => costText(name, paths, context.output.paint).join('\n'));
}

/** Shows the effect of a deployment of the sources on workflows and on their running executions. @throws LanewayError NOT_FOUND */
export async function workflowDiffCommand(context: CommandContext): Promise<void> {
  const { topology } = await context.topology();
  const local = await synthesizedWorkflows(context, await context.target());
  const { executions } = await workflowsOf(context);
  const slow = slowProgress(context.output.progress);
  const names = [...new Set([...executions.workflows, ...local.keys()])].sort();
  const changes = await Promise.all(
    names.map(async (workflow) => {
      const later = local.get(workflow);
      const isDeployed = executions.workflows.includes(workflow);
      const deployed = isDeployed ? ((await executions.definition(workflow)) as AslDefinition) : undefined;
      const around = {
        ...{ workflow, model: topology.model, types: topology.types, workflows: [...local.keys()] },
        ...(later ? { local: later } : {}),
      };
      const affected: Affected = isDeployed
        ? await affectedExecutions(around, executions, (looked) =>
            slow(() => `looking at ${workflow}: ${looked} running`),
          )
        : { running: 0, lookedAt: 0, steps: [] };
      const { running, lookedAt, steps } = affected;
      const change = compareDefinitions({ ...around, running, ...(deployed ? { deployed } : {}) });
      return { ...change, lookedAt, affected: steps };
    }),
  );
  context.output.result(changes, () => changeText(changes, context.output.paint).join('\n'));
}

async function definitionOf(
  context: CommandContext,
  workflow: string | undefined,
  { local = false }: DefinitionOptions,
): Promise<{ readonly name: string; readonly definition: AslDefinition }> {
  if (local) {
    const all = await synthesizedWorkflows(context, await context.target());
    const name = onlyWorkflow(workflow, [...all.keys()]);
    const definition = all.get(name);
    if (definition) return { name, definition };
  }
  const { executions } = await workflowsOf(context);
  const name = onlyWorkflow(workflow, executions.workflows);
  return { name, definition: (await executions.definition(name)) as AslDefinition };
}
