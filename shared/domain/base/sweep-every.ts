import type { Duration } from './duration.js';

/** Time from one look for intents and requests that nobody settled to the next: deployed, in the harness and in process. */
export const SWEEP_EVERY: Duration = '5 minutes';
