import type { EngineGaps } from './engine-gaps.js';

/**
 * What LocalStack 2026.3.0 lacks of what Laneway's stacks use: nothing that a template must leave out, as it makes
 * stand-ins for the types it does not know, and nothing that has to be set after deploy.
 *
 * Known and not bridged: EventBridge Scheduler does not fire (`laneway sweep` does its work), PITR stays off, composite
 * and metric-math alarms are not evaluated, a rule target's dead-letter queue stays empty.
 */
export const localstackGaps: EngineGaps = { leftOut: [], bridged: [] };
