/**
 * The entry of an agent that runs in a process of your own: `<agent>/worker.ts` declares it, and `laneway worker run`
 * handles what comes to its lanes. A program that does so itself calls {@link runWorker}.
 *
 * @example
 * ```ts
 * import { worker } from 'laneway/worker';
 * import { greeter } from './greeter/agent.js';
 *
 * export default worker(greeter);
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
export { worker } from './worker-entry.js';
export type { WorkerEntry } from './worker-entry.js';
export { serveHealth } from './serve-health.js';
export type { HealthOptions, HealthServer } from './serve-health.js';
export { runWorker, startWorker } from './run-worker.js';
export type { Worker, WorkerOptions, WorkerStatus } from './run-worker.js';
