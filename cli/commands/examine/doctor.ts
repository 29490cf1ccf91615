import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { CommandContext } from '../../context/command-context.js';
import { readPackageFile } from '../../context/package-file.js';
import { checkCopies, checkNode, checkPackages } from './doctor/check-packages.js';
import { checkAccount, checkBootstrap, checkDeployed, checkEngine, checkPorts } from './doctor/check-surroundings.js';
import type { ExitCode } from '../../context/exit-codes.js';
import { exitOf, runChecks, checkResultsText, ok, warn } from './health/check-result.js';
import { readDeployedModel } from '../../context/read-deployed-model.js';

/** Options of `laneway doctor`. */
export interface DoctorOptions {
  /** True: faults that are safe to mend are mended. */
  readonly fix?: boolean;
}

/**
 * Examines the machine and the project. An account is called only with `--engine aws`. Ends with 0 when nothing has failed,
 * 1 when something has.
 */
export async function doctorCommand(context: CommandContext, { fix = false }: DoctorOptions): Promise<ExitCode> {
  const { options, output, project } = context;
  const { directory } = project;
  const laneway = readPackageFile(dirname(createRequire(import.meta.url).resolve('laneway/package.json'))) ?? {};
  const asked = options.engine === 'aws';
  // An engine that does not answer is itself a result; every check that needs it reports the same.
  const target = context.target();
  target.catch(() => undefined);
  const results = await runChecks({
    node: () => checkNode(laneway),
    'local engine': () => checkEngine(directory, { mend: fix, progress: output.progress }),
    packages: () => checkPackages(directory, laneway),
    'copies of laneway': () => checkCopies(directory),
    ports: checkPorts,
    account: async () => checkAccount(await target),
    bootstrap: async () => checkBootstrap(await target, asked),
    deployed: async () => {
      if (project.topology === undefined && options.topology === undefined)
        return warn(`${directory}/package.json names no topology`, 'add "laneway": { "topology": "<path>" }');
      if ((await target).kind === 'aws' && !asked) return ok('not asked: --engine aws asks the account');
      return checkDeployed(async () => (await context.topology()).topology, readDeployedModel, laneway.version);
    },
  });
  const exit = exitOf(results);
  const healthy = exit === 0;
  output.result({ directory, healthy, findings: results }, () => checkResultsText(results, output.paint));
  return exit;
}
