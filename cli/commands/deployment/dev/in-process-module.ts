import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import type { ReadyAgent } from '../../../../shared/testing/harness/bound-agents.js';
import type { WorkflowDefinition } from '../../../../shared/workflow/define/workflow-definition.js';
import { importModule, locateTopology } from '../../../context/load-topology.js';
import type { Project } from '../../../context/project.js';

const EXTENSIONS = ['ts', 'mts', 'js', 'mjs'] as const;

/** Exports of a module that describes an application in process: its agents and workflows. */
export interface InProcessModule {
  readonly agents: readonly ReadyAgent[];
  readonly workflows: readonly WorkflowDefinition[];
}

const example = [
  "export const agents = [clerk, warehouse.with({ stock: memoryStock() })]; // as in startInProcess of 'laneway/in-process'",
  'export const workflows = [fulfil]; // when there are any',
];

/**
 * Finds the module that exports agents and workflows for running in process: the project's `inProcess`, else `in-process.ts` beside the topology.
 * @throws LanewayError NOT_FOUND
 */
export function locateInProcess(project: Project, topology: string | undefined): string {
  const { inProcess, directory } = project;
  const folder = dirname(locateTopology(project, topology)[0]);
  const named = inProcess === undefined || topology !== undefined ? undefined : resolve(directory, inProcess);
  const candidates = named === undefined ? EXTENSIONS.map((one) => join(folder, `in-process.${one}`)) : [named];
  const found = candidates.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new LanewayError('NOT_FOUND', `nothing says what runs in process: there is no ${candidates[0] ?? ''}`, {
    help: [
      'write it:',
      ...example.map((line) => `  ${line}`),
      'elsewhere: "laneway": { "inProcess": "<path>" } in package.json',
    ],
  });
}

/** Lines that tell the user what to add by hand to the module; none without a module. `list` is the export that gets `name`. */
export function inProcessHint(project: Project, list: keyof InProcessModule, name: string): string[] {
  try {
    return [`name ${name} in '${list}' of ${relative(project.directory, locateInProcess(project, undefined))}`];
  } catch (error) {
    if (error instanceof LanewayError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

/** Loads the module. @throws LanewayError CONFIGURATION for other exports; whatever the module throws */
export async function loadInProcess(path: string): Promise<InProcessModule> {
  const { agents, workflows = [] } = await importModule(path);
  if (Array.isArray(agents) && Array.isArray(workflows))
    return { agents: agents as ReadyAgent[], workflows: workflows as WorkflowDefinition[] };
  const wrong = Array.isArray(agents) ? 'workflows' : 'agents';
  throw new LanewayError('CONFIGURATION', `${path} exports no list '${wrong}'`, { help: ['write it:', ...example] });
}
