import { capabilities, type Capability } from '../../../infra/engines/capabilities.js';
import { lacksOf } from '../../../infra/engines/engine-lacks.js';
import {
  detectEngine,
  engineName,
  type EngineName,
  type EngineTarget,
  type LocalEngine,
} from '../../../infra/engines/engine.js';
import { openEngine } from '../../../infra/engines/open-engine.js';

/** A local engine for one test file. */
export interface SharedEngine {
  readonly target: Exclude<EngineTarget, { kind: 'aws' }>;
  readonly kind: LocalEngine;
  /** The environment for child processes that shall reach it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Options of every SDK client: endpoint, region, test keys. */
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

type Describe = (name: string, body: () => void) => void;

/** `describe` on the named engines only; elsewhere a skipped block whose title says why. */
export async function describeOn(engines: readonly EngineName[]): Promise<Describe> {
  const engine = await engineHere();
  return engines.includes(engine) ? describe : skipped(engine, `about ${engines.join(', ')} only`);
}

/** `describe` where the engine has the capabilities; elsewhere a skipped block whose title says which it lacks, and why. */
export async function describeWith(needed: readonly Capability[]): Promise<Describe> {
  const engine = await engineHere();
  const lacking = needed.flatMap((capability) => {
    const why = lacksOf[engine][capability];
    return why === undefined ? [] : [`it lacks ${capability}, that ${capabilities[capability]}: ${why}`];
  });
  return lacking.length === 0 ? describe : skipped(engine, lacking.join('; '));
}

/**
 * The engine has to be known when a test file is read, so without AWS_ENDPOINT_URL it is the MiniStack that
 * `sharedEngine` would start.
 */
export async function engineHere(): Promise<EngineName> {
  const detected = await detectEngine();
  return detected.kind === 'aws' ? 'ministack' : engineName(detected);
}

const skipped =
  (engine: EngineName, why: string): Describe =>
  (name, body) => {
    process.stderr.write(`SKIPPED on ${engine}: ${name}: ${why}\n`);
    describe.skip(`${name} (SKIPPED on ${engine}: ${why})`, body);
  };
