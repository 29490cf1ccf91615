import { findDeployment } from '../../../shared/client/deployment.js';
import type { CommandContext } from '../../context/command-context.js';
import type { ExitCode } from '../../context/exit-codes.js';
import { checkApplication } from './health/check-application.js';
import { exitOf, checkResultsText } from './health/check-result.js';

/**
 * Tries the deployed application. Ends with 0 when nothing has failed, 1 when something has.
 * @throws LanewayError NOT_FOUND when it is not deployed where the environment points
 */
export async function healthCommand(context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const { topology } = await context.operated();
  output.progress(`trying the parts of '${topology.name}'`);
  const results = await checkApplication(topology.model, await findDeployment(topology.name));
  const exit = exitOf(results);
  const healthy = exit === 0;
  output.result({ application: topology.name, healthy, findings: results }, () =>
    checkResultsText(results, output.paint),
  );
  return exit;
}
