import type { TimeoutGroup } from './timeout-row.js';
import { calls, retention, workers } from './timeouts-of-operation.js';
import { handling, messages } from './timeouts-of-messages.js';
import { requests, workflows } from './timeouts-of-requests.js';

/** Every time that Laneway keeps, with what follows when it is over. */
export const TIMEOUTS: readonly TimeoutGroup[] = [handling, messages, requests, workflows, workers, retention, calls];
