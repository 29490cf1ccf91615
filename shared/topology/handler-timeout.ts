import type { Duration } from '../domain/base/duration.js';

/** Longest time of one handler where the agent does not say. */
export const DEFAULT_HANDLER_TIMEOUT: Duration = '30 seconds';

/** The longest that an agent may say: with what its function has beyond it, within the 15 minutes of a Lambda function. */
export const LONGEST_HANDLER_TIMEOUT: Duration = '14 minutes';
