import type { Code, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { DeployedWorkflows } from '../../shared/platform/workflows/deployed-workflows.js';
import type { DeployableWorkflow } from '../stacks/orchestration-stack.js';

/** Workflows as the bundles of platform functions hold them, sorted by name: their order in the application changes no bundle. */
export function deployedWorkflows(workflows: readonly DeployableWorkflow[]): DeployedWorkflows {
  const byName = workflows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    starts: Object.fromEntries(byName.map(({ name, startedBy }) => [name, startedBy.name])),
    awaited: byName.flatMap(({ awaits }) => awaits ?? []),
  };
}

/** Entry files, and functions made elsewhere, by agent. */
export type Entries = ReadonlyMap<string, string | IFunction>;

/** Handler of an agent: its bundle, or the function made elsewhere; none where there is no bundle. */
export function handlerOf(
  agent: string,
  entry: string | IFunction,
  bundles: ReadonlyMap<string, Code>,
): [string, Code | IFunction][] {
  const handler = typeof entry === 'string' ? bundles.get(agent) : entry;
  return handler ? [[agent, handler]] : [];
}
