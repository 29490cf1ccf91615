import { LanewayError } from '../../shared/domain/base/errors.js';
import { detectEngine, engineEnvironment, type EngineTarget } from '../../infra/engines/engine.js';
import { keptEngine } from '../../infra/engines/kept-engine.js';
import type { EngineChoice } from './output.js';

/** Options of {@link chooseTarget}. */
export interface TargetOptions {
  /** The folder whose `.laneway/engine.json` records a kept engine. */
  readonly directory: string;
  /** `aws` passes an engine by; `local` refuses to go to an account. @defaultValue what is there, engine first */
  readonly engine?: EngineChoice | undefined;
  readonly progress: (line: string) => void;
}

/**
 * Decides where a command works, and sets this process's environment so that every SDK client goes there:
 * AWS_ENDPOINT_URL as it stands, else the kept engine, else the AWS account. Tells when it is a kept engine, as nothing
 * in the user's environment says so.
 *
 * @throws LanewayError ENGINE when nothing answers at AWS_ENDPOINT_URL; NOT_FOUND with `local` when no engine runs
 */
export async function chooseTarget(options: TargetOptions): Promise<EngineTarget> {
  const { directory, engine, progress } = options;
  if (engine === 'aws') {
    delete process.env['AWS_ENDPOINT_URL'];
    return { kind: 'aws' };
  }
  const found = await detectEngine(process.env);
  if (found.kind !== 'aws') return enter(found);
  const kept = await keptEngine(directory);
  if (kept !== undefined) {
    progress(`using the kept engine at ${kept.endpoint} (--engine aws for the account)`);
    return enter({ kind: 'ministack', endpoint: kept.endpoint });
  }
  if (engine === 'local') {
    throw new LanewayError('NOT_FOUND', 'no local engine runs', {
      help: ['start one: laneway engine start', 'or set AWS_ENDPOINT_URL to the one you have'],
    });
  }
  return found;
}

/** True when AWS_ENDPOINT_URL names an engine. */
export function hasEndpoint(env: NodeJS.ProcessEnv = process.env): boolean {
  return (env['AWS_ENDPOINT_URL'] ?? '') !== '';
}

/** Makes this process and its children work on a target. */
export function enter<Target extends EngineTarget>(target: Target): Target {
  Object.assign(process.env, engineEnvironment(target, process.env));
  return target;
}

/** A target in words. */
export function describeTarget(target: EngineTarget, env: NodeJS.ProcessEnv = process.env): string {
  if (target.kind !== 'aws') return `${target.kind === 'other' ? 'the engine' : target.kind} at ${target.endpoint}`;
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const profile = env['AWS_PROFILE'];
  return `AWS${profile === undefined ? '' : `, profile ${profile}`}${region === undefined ? '' : `, ${region}`}`;
}
