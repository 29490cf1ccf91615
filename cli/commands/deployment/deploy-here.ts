import { deployApp, destroyApp, type DeclaredOutputs } from '../../../infra/engines/deploy/deploy.js';
import { localRegion, type EngineTarget } from '../../../infra/engines/engine.js';
import { keptEngine } from '../../../infra/engines/kept-engine.js';
import { openEngine } from '../../../infra/engines/open-engine.js';
import type { CommandContext } from '../../context/command-context.js';
import { deploySteps, deployView } from './deploy-progress.js';
import { enter, hasEndpoint } from '../../context/target.js';

/**
 * Chooses the target of a deployment by the rules of every command. With `--engine local`, when no engine runs, it starts
 * one that outlives the command.
 */
export async function deployTarget(context: CommandContext): Promise<EngineTarget> {
  const { options, output, project } = context;
  const running = hasEndpoint() || (await keptEngine(project.directory)) !== undefined;
  if (options.engine !== 'local' || running) return context.target();
  const { target } = await openEngine({ projectDirectory: project.directory, keep: true, progress: output.progress });
  output.progress('it stays up: laneway engine stop ends it');
  return enter(target);
}

/** Deploys the project's application to a target, with progress. Ctrl-C ends the CDK as well. */
export async function deployHere(
  { project, output }: CommandContext,
  target: EngineTarget,
  options: {
    readonly stacks?: readonly string[];
    readonly signal?: AbortSignal;
    readonly context?: Readonly<Record<string, string>>;
  } = {},
): Promise<DeclaredOutputs> {
  const view = await deployView(deploySteps(target.kind === 'aws' ? 'aws' : 'local'), output);
  const { directory, app } = project;
  try {
    const outputs = await deployApp({ target, directory, app, progress: view.progress, ...options });
    await view.end();
    return outputs;
  } catch (error) {
    await view.end(error);
    throw error;
  }
}

/** Destroys the stacks that {@link deployHere} deployed. */
export async function destroyHere(
  { project, output }: CommandContext,
  target: EngineTarget,
  options: { readonly stacks?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const view = await deployView(['synth', 'destroy'], output);
  const { directory, app } = project;
  try {
    await destroyApp({ target, directory, app, progress: view.progress, ...options });
    await view.end();
  } catch (error) {
    await view.end(error);
    throw error;
  }
}

/** Aborted by Ctrl-C or SIGTERM, so that what was started is ended in order; the listeners go with `release`. */
export function interruptible(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error('interrupted'));
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', abort);
      process.off('SIGTERM', abort);
    },
  };
}

/** Shell lines after which `aws` and the SDKs reach a local engine; none for an AWS account. */
export function shellLines(target: EngineTarget): string[] {
  if (target.kind === 'aws') return [];
  return [
    `export AWS_ENDPOINT_URL=${target.endpoint} AWS_REGION=${localRegion} AWS_DEFAULT_REGION=${localRegion}`,
    'export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test',
  ];
}
