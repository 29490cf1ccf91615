import { keptEngine, stopKeptEngine } from '../../../infra/engines/kept-engine.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import type { CommandContext } from '../../context/command-context.js';
import { table } from '../../render/table.js';
import { span } from '../../render/time.js';

/** Starts a local engine that stays up, unless one does. */
export async function engineStartCommand(context: CommandContext, options: { readonly port?: number }): Promise<void> {
  const { output, project } = context;
  const running = await keptEngine(project.directory);
  if (running === undefined) {
    const { openEngine } = await import('../../../infra/engines/open-engine.js');
    // The user's own engine at AWS_ENDPOINT_URL is none that could be started.
    const env = { ...process.env };
    delete env['AWS_ENDPOINT_URL'];
    await openEngine({ projectDirectory: project.directory, keep: true, env, progress: output.progress, ...options });
  } else {
    output.progress(`one runs already, for ${age(running.startedAt)}`);
  }
  const kept = running ?? (await keptEngine(project.directory));
  if (kept === undefined) throw new LanewayError('ENGINE', 'the engine ended as soon as it was ready');
  output.result(kept, () => kept.endpoint);
  const { shellLines } = await import('./deploy-here.js');
  for (const line of shellLines({ kind: 'ministack', endpoint: kept.endpoint })) output.progress(line);
}

/** Stops the kept engine, with all that is deployed on it. */
export async function engineStopCommand(context: CommandContext): Promise<void> {
  const stopped = await stopKeptEngine(context.project.directory);
  context.output.result({ stopped }, () =>
    stopped ? 'stopped; what was deployed on it is gone' : 'no engine was running',
  );
}

/**
 * Tells which engine is kept.
 * @throws LanewayError NOT_FOUND when there is none
 */
export async function engineStatusCommand(context: CommandContext): Promise<void> {
  const { output, project } = context;
  const kept = await keptEngine(project.directory);
  if (kept === undefined) {
    throw new LanewayError('NOT_FOUND', `no engine is kept for ${project.directory}`, {
      help: ['start one: laneway engine start, laneway deploy --engine local, or laneway demo --keep'],
    });
  }
  const rows = [
    ['endpoint', kept.endpoint],
    ['up', age(kept.startedAt)],
    ['process', String(kept.pid)],
    ['log', kept.logFile],
  ];
  output.result({ ...kept, upMs: Date.now() - Date.parse(kept.startedAt) }, () => table(rows).join('\n'));
}

const age = (since: string) => span(Date.now() - Date.parse(since));
