import { readFileSync } from 'node:fs';
import type { Topology } from '../../shared/topology/topology.js';
import { locateTopology } from './load-topology.js';
import { operatedTopology, type Checkout, type Operated } from './operated-topology.js';
import type { GlobalOptions, Output } from './output.js';
import type { Project } from './project.js';
import { deployedApplications, readDeployedModel } from './read-deployed-model.js';

/** Parts of a command's context that say which application it operates. */
export interface OperatedCommand {
  readonly options: Pick<GlobalOptions, 'app' | 'topology'>;
  readonly output: Pick<Output, 'progress'>;
  readonly project: Project;
  /** Enters the engine or account. */
  target(): Promise<unknown>;
  /** Loads the topology of the checkout. */
  topology(): Promise<{ readonly topology: Topology }>;
}

/** The application that a command operates, where the command works. @throws as `operatedTopology` */
export async function openOperated(context: OperatedCommand): Promise<Operated> {
  const { options, output, project } = context;
  await context.target();
  return operatedTopology({
    app: options.app,
    checkout: checkoutOf(),
    folder: process.cwd(),
    deployed: readDeployedModel,
    applications: deployedApplications,
    say: output.progress,
  });

  function checkoutOf(): Checkout | undefined {
    if (options.topology === undefined && project.topology === undefined) return undefined;
    const [file] = locateTopology(project, options.topology);
    return {
      file,
      explicit: options.topology !== undefined,
      load: async () => (await context.topology()).topology,
      text: () => readFileSync(file, 'utf8'),
    };
  }
}
