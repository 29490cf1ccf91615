export { runWorker } from './run-worker.js';
export type { WorkerOptions } from './run-worker.js';
