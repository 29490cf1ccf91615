import { readFileSync } from 'node:fs';
import type { CommandContext } from './command-context.js';
import { locateTopology } from './load-topology.js';
import { operatedTopology, type Checkout, type Operated } from './operated-topology.js';
import { deployedApplications, readDeployedModel } from './read-deployed-model.js';

/** The application that a command operates, where the command works. @throws as `operatedTopology` */
export async function openOperated(context: CommandContext): Promise<Operated> {
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
