export { runWorker, startWorker } from './run-worker.js';
export type { Worker, WorkerOptions, WorkerStatus } from './run-worker.js';
