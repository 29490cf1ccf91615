import { detectEngine, type EngineTarget, type LocalEngine } from '../../infra/engines/engine.js';
import { openEngine } from '../../infra/engines/open-engine.js';

/** A local engine for one test file. */
export interface SharedEngine {
  readonly target: Exclude<EngineTarget, { kind: 'aws' }>;
  readonly kind: LocalEngine;
  /** The environment for child processes that shall reach it. */
  readonly environment: NodeJS.ProcessEnv;
  /** What every SDK client takes: endpoint, region, test keys. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** For `afterAll`. The user's own engine, or the one the set-up script started for all files, stays. */
  readonly stop: () => Promise<void>;
}

/**
 * The engine at AWS_ENDPOINT_URL, which `npm test` sets for all files; a MiniStack of this file's own when jest is run
 * without it. Also sets this process's environment, so that clients made by the code under test reach the engine.
 */
export async function sharedEngine(): Promise<SharedEngine> {
  const { target, environment, close } = await openEngine();
  if (target.kind === 'aws') throw new Error('the tests run on a local engine; openEngine gave an AWS account');
  Object.assign(process.env, environment);
  const credentials = {
    accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? 'test',
    secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? 'test',
  };
  const client = { endpoint: target.endpoint, region: environment['AWS_REGION'] ?? 'us-east-1', credentials };
  return { target, kind: target.kind, environment, client, stop: close };
}

/**
 * `describe` on the named engines only; elsewhere a skipped block whose title says why. The engine has to be known
 * when the file is read, so without AWS_ENDPOINT_URL it is the MiniStack that `sharedEngine` would start.
 */
export async function describeOn(engines: readonly LocalEngine[]): Promise<(name: string, body: () => void) => void> {
  const detected = await detectEngine();
  const kind = detected.kind === 'aws' ? 'ministack' : detected.kind;
  if (engines.includes(kind)) return (name, body) => describe(name, body);
  const why = `SKIPPED on ${kind}: about ${engines.join(', ')} only`;
  return (name, body) => {
    process.stderr.write(`${name}: ${why}\n`);
    describe.skip(`${name} (${why})`, body);
  };
}
