import { join } from 'node:path';
import { modelOfDeployment } from '../../../cli/context/read-deployed-model.js';
import { deployApp } from '../../../infra/engines/deploy/deploy.js';
import { detectEngine, engineName, type EngineTarget } from '../../../infra/engines/engine.js';
import { conversationsPort, openPorts } from '../../../shared/aws/ports.js';
import { namesFromOutputs } from '../../../shared/client/deployed-names.js';
import { findDeployment, type Deployment } from '../../../shared/client/deployment.js';
import { account, type Account, type LedgerEntry } from '../../../shared/domain/evidence/conversation.js';

/** A deployed application under test. */
export interface Deployed {
  readonly target: EngineTarget;
  readonly deployment: Deployment;
  entries(correlationId: string): Promise<readonly LedgerEntry[]>;
  /** Reads the conversation until `done`, at most 90 s unless said otherwise; fails with what stands there. */
  until(
    correlationId: string,
    done: (entries: readonly LedgerEntry[], books: Account) => boolean | Promise<boolean>,
    withinMs?: number,
  ): Promise<readonly LedgerEntry[]>;
}

/** Deploys an application to the engine of the environment, or brings it up to date. */
export async function deployed(
  name: string,
  options: { app?: string; context?: Record<string, string> } = {},
): Promise<Deployed> {
  const target = await detectEngine(process.env);
  if (target.kind === 'aws') throw new Error('integration tests need an engine: npm run test:integration starts one');
  await deployApp({
    target,
    ...(options.app === undefined ? {} : { app: options.app }),
    context: options.context ?? {},
    // The same application may be deployed by files that run side by side, and by a run on another engine.
    assembly: join('.laneway', `cdk.out-${name}-${engineName(target)}-${process.env['JEST_WORKER_ID'] ?? 1}`),
  });
  const deployment = await findDeployment(name);
  const model = await modelOfDeployment(deployment);
  if (model === undefined) throw new Error(`${name} was deployed without its model`);
  const { conversations } = openPorts(namesFromOutputs(model.topology, deployment), conversationsPort);
  const entries = (correlationId: string) => conversations.conversation(correlationId);
  return {
    target,
    deployment,
    entries,
    until: async (correlationId, done, withinMs = 240_000) => {
      for (const giveUp = Date.now() + withinMs; ;) {
        const found = await entries(correlationId);
        if (await done(found, account(found))) return found;
        if (Date.now() > giveUp)
          throw new Error(
            `conversation ${correlationId} did not get there: ${JSON.stringify({ ...account(found), entries: found }, null, 1)}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
  };
}

/** Asks until `read` gives something, at most four minutes: the whole test has five. */
export async function eventually<Found>(what: string, read: () => Promise<Found | undefined>): Promise<Found> {
  for (
    const giveUp = Date.now() + 240_000;
    Date.now() < giveUp;
    await new Promise((resolve) => setTimeout(resolve, 250))
  ) {
    const found = await read();
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not within four minutes`);
}
