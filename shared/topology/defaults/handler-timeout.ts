import type { Duration } from '../../domain/base/duration.js';

/** Longest time of one handler, for an agent that declares none. */
export const DEFAULT_HANDLER_TIMEOUT: Duration = '30 seconds';

/**
 * Longest handler timeout that an agent may declare. The function adds time to receive and to record, and all of it
 * must fit into the 15 minutes of a Lambda function.
 */
export const LONGEST_HANDLER_TIMEOUT: Duration = '14 minutes';
