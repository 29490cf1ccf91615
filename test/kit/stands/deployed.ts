import { join } from 'node:path';
import { deployApp } from '../../../infra/engines/deploy/deploy.js';
import { detectEngine, type EngineTarget } from '../../../infra/engines/engine.js';
import { awsClients } from '../../../shared/aws/base/clients.js';
import { DynamoLedgerReader } from '../../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { S3PayloadStore } from '../../../shared/aws/s3/s3-payload-store.js';
import { findDeployment, outputOf, type Deployment } from '../../../shared/client/deployment.js';
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
    assembly: join('.laneway', `cdk.out-${name}`),
  });
  const deployment = await findDeployment(name);
  const { documents, s3 } = awsClients();
  const reader = new DynamoLedgerReader(
    documents,
    outputOf(deployment, 'LedgerTable'),
    new S3PayloadStore(s3, outputOf(deployment, 'PayloadBucket')),
  );
  const entries = (correlationId: string) => reader.conversation(correlationId);
  return {
    target,
    deployment,
    entries,
    until: async (correlationId, done, withinMs = 90_000) => {
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

/** Asks until `read` gives something, at most a minute. */
export async function eventually<Found>(what: string, read: () => Promise<Found | undefined>): Promise<Found> {
  for (
    const giveUp = Date.now() + 60_000;
    Date.now() < giveUp;
    await new Promise((resolve) => setTimeout(resolve, 250))
  ) {
    const found = await read();
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not within a minute`);
}
