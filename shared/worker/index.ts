import '../domain/base/one-version.js';
export { worker } from './worker-entry.js';
export type { WorkerEntry } from './worker-entry.js';
export { serveHealth } from './serve-health.js';
export type { HealthOptions, HealthServer } from './serve-health.js';
export { runWorker, startWorker } from './run-worker.js';
export type { Worker, WorkerOptions, WorkerStatus } from './run-worker.js';
