import type { TimeoutGroup } from './timeout-row.js';
import { registryTimeouts, callTimeouts, retentionTimes, workerTimeouts } from './timeouts-of-operation.js';
import { handlingTimeouts, messageTimeouts } from './timeouts-of-messages.js';
import { requestTimeouts, workflowTimeouts } from './timeouts-of-requests.js';

/** Every time that Laneway keeps, with what follows when it is over. */
export const TIMEOUTS: readonly TimeoutGroup[] = [
  handlingTimeouts,
  messageTimeouts,
  requestTimeouts,
  workflowTimeouts,
  workerTimeouts,
  retentionTimes,
  registryTimeouts,
  callTimeouts,
];
