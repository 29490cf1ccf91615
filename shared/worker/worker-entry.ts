import type { Agent, BoundAgent } from '../agent/create-agent.js';
import type { BindContext } from '../lambda/lambda.js';
import { bindings } from '../lambda/bindings.js';
import type { Deployment } from '../client/deployment.js';
import { ENVIRONMENT, jsonVariable } from '../domain/base/environment.js';
import { outputKey } from '../topology/deployed/output-key.js';

/** Marks entries under a key of the whole process, so that every copy of the framework knows them. */
const ENTRY = Symbol.for('laneway.worker-entry');

/** Default export of `<agent>/worker.ts`: an agent, and the function that gets its dependencies. */
export interface WorkerEntry {
  /** Name of the agent, as its topology has it. */
  readonly agent: string;
  /** Name of its topology. */
  readonly application: string;
  /**
   * The agent with what it needs.
   * @throws whatever its `bind` throws; LanewayError NOT_FOUND for a name under which nothing is bound
   */
  prepare(deployment: Deployment): Promise<BoundAgent>;
}

/**
 * Declares that an agent is run by `laneway worker run`, as `lambda` of laneway/lambda does for a function:
 *
 * ```ts
 * // appraiser/worker.ts
 * export default worker(appraiser, ({ bind }) => ({ notebook: fileNotebook(bind('notebook')) }));
 * ```
 *
 * Names are bound by the environment variable `LANEWAY_BINDINGS` where it has them, else by the deployment.
 *
 * @param bind makes the agent's dependencies, once for each process; may be left out when it needs none
 */
export function worker<Deps>(
  agent: Agent<Deps>,
  ...[bind]: Record<never, never> extends Deps
    ? [bind?: (context: BindContext) => Deps | Promise<Deps>]
    : [bind: (context: BindContext) => Deps | Promise<Deps>]
): WorkerEntry {
  const prepare = async (deployment: Deployment): Promise<BoundAgent> => {
    const deployed = jsonVariable<string>('bindings', {
      [ENVIRONMENT.bindings]: deployment[outputKey('Bindings', agent.id)] ?? '{}',
    });
    const own = process.env[ENVIRONMENT.bindings] === undefined ? {} : jsonVariable<string>('bindings', process.env);
    const names = JSON.stringify({ ...deployed, ...own });
    const deps = bind ? await bind({ bind: bindings({ [ENVIRONMENT.bindings]: names }) }) : ({} as Deps);
    return agent.with(deps);
  };
  return Object.assign({ agent: agent.id, application: agent.topology.name, prepare }, { [ENTRY]: true });
}

/** True for a value that {@link worker} returned. */
export function isWorkerEntry(value: unknown): value is WorkerEntry {
  return typeof value === 'object' && value !== null && Reflect.get(value, ENTRY) === true;
}
