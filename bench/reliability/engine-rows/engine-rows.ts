import { engineFlood } from './engine-flood.js';
import { engineLoad } from './engine-load.js';
import { engineRedrive } from './engine-redrive.js';
import { engineRegistry } from './engine-registry.js';
import { engineReplay } from './engine-replay.js';
import { engineRestart } from './engine-restart.js';
import { engineSoak } from './engine-soak.js';
import { engineWorkerKilled } from './engine-worker-killed.js';
import { engineWorkerProcesses } from './engine-worker-processes.js';
import type { Row } from '../driver/row.js';

/** Rows on a local engine, behind those of rows.ts: read only by a run that needs them, as they bring the AWS SDK along. */
export const ENGINE_ROWS: readonly Row[] = [
  engineLoad,
  engineSoak,
  engineFlood,
  engineRedrive,
  engineReplay,
  engineWorkerKilled,
  engineWorkerProcesses,
  engineRegistry,
  engineRestart,
];
