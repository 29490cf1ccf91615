export { invoke } from './invoke.js';
export type { Invocation, InvokeOptions } from './invoke.js';
export { ManualClock } from './manual-clock.js';
