import { defined } from '../../shared/domain/base/defined.js';
import { detectEngine, engineEnvironment, namedEngine, type EngineTarget } from './engine.js';
import { recordKeptEngine } from './kept-engine.js';
import { installMinistack } from './ministack-install.mjs';
import { startMinistack, type MinistackOptions } from './ministack.js';

/** An engine to deploy to: the user's own, or one that was started for the caller. */
export interface OpenEngine {
  readonly target: EngineTarget;
  /** The environment for child processes and SDK clients that shall reach it. */
  readonly environment: NodeJS.ProcessEnv;
  /** The log of an engine that was started here. */
  readonly logFile?: string;
  /** Stops what was started here; the user's own engine and a kept one stay. */
  readonly close: () => Promise<void>;
}

/** Options of {@link openEngine}. */
export interface OpenEngineOptions extends Omit<MinistackOptions, 'logFile'> {
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Called with a line for standard error at each step. */
  readonly progress?: ((line: string) => void) | undefined;
}

/**
 * The engine at AWS_ENDPOINT_URL if that is set; else MiniStack, installed when it is not and started, enforcing
 * permissions with `auth` or where LANEWAY_ENGINE is `ministack-iam`. With `keep` it outlives this process and is
 * recorded in `.laneway/engine.json`.
 *
 * @throws EngineUnavailableError, with the ways out, when MiniStack cannot be installed or started here.
 * @throws LanewayError ENGINE when nothing answers at AWS_ENDPOINT_URL.
 */
export async function openEngine(options: OpenEngineOptions = {}): Promise<OpenEngine> {
  const { env = process.env, progress = () => undefined, projectDirectory, ...start } = options;
  const found = await detectEngine(env);
  if (found.kind !== 'aws') {
    progress(`using the ${found.kind === 'other' ? 'engine' : found.kind} at ${found.endpoint}`);
    return { target: found, environment: engineEnvironment(found, env), close: () => Promise.resolve() };
  }
  await installMinistack({ projectDirectory, env, progress });
  const auth = start.auth ?? namedEngine(env) === 'ministack-iam';
  const engine = await startMinistack({ ...start, auth, projectDirectory });
  progress(`ministack${auth ? ', enforcing permissions,' : ''} is ready at ${engine.endpoint}, log ${engine.logFile}`);
  if (options.keep === true) recordKeptEngine(engine, projectDirectory);
  const { endpoint, caFile, logFile } = engine;
  const target: EngineTarget = {
    kind: 'ministack',
    endpoint,
    ...defined({ caFile }),
    ...(auth ? { iam: true } : {}),
  };
  const close = options.keep === true ? () => Promise.resolve() : engine.stop;
  return { target, environment: engineEnvironment(target, env), logFile, close };
}
