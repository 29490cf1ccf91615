import { defined } from '../domain/base/defined.js';
import { findDeployment } from '../client/deployment.js';
import type { Duration } from '../domain/base/duration.js';
import { startWorker } from './run-worker.js';
import { serveHealth, type HealthOptions } from './serve-health.js';
import type { WorkerEntry } from './worker-entry.js';

/** Options of {@link runEntries}. */
export interface EntriesOptions {
  /** Longest wait at the end for handlings that run. */
  readonly drain: Duration;
  /** Messages handled side by side, over all lanes. @defaultValue 8 */
  readonly concurrency?: number;
  /** Name of this process among the instances of its agents. @defaultValue that of its machine, and what tells its processes apart */
  readonly instance?: string;
  /** Place where it runs. @defaultValue none */
  readonly zone?: string;
  /** Version of its code. @defaultValue none */
  readonly version?: string;
  /** Address at which `GET /health` is answered. @defaultValue none */
  readonly health?: HealthOptions;
  /** Called with each line that tells of the worker. */
  readonly say: (line: string) => void;
}

/** Exit code that a shell gives an end by Ctrl-C: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/**
 * Makes this process the worker of agents, until it is told to end: one signal drains, a second one ends at once. Then it
 * ends the process.
 * @throws LanewayError NOT_FOUND when the application is not deployed or nothing is bound under a name; INVALID_OPTION
 */
export async function runEntries(entries: readonly WorkerEntry[], options: EntriesOptions): Promise<never> {
  const { drain, concurrency, instance, zone, version, say } = options;
  const bound = [];
  for (const entry of entries) bound.push(await entry.prepare(await findDeployment(entry.application)));
  const worker = await startWorker(bound, {
    drainTimeout: drain,
    ...defined({ concurrency, instance, zone, version }),
  });
  const health = options.health === undefined ? undefined : await serveHealth(worker, options.health);
  const { lanes, agents, concurrency: slots } = worker.status();
  say(`${agents.join(', ')} at work: ${lanes.length} lanes, ${slots} at a time${health ? `, ${health.url}` : ''}`);
  const end = (): void => {
    if (worker.status().state !== 'running') process.exit(INTERRUPTED);
    const running = worker.status().lanes.reduce((sum, lane) => sum + lane.running, 0);
    say(`ending: ${running} being handled, at most ${drain}`);
    void worker.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  // Started by another process over a channel: ends with it, also when that one was killed.
  process.once('disconnect', end);
  await worker.ended;
  await health?.close();
  say('ended');
  // A handler that was given up may go on and keep the process alive; its message is back in the lane.
  process.exit(0);
}
