import type { EngineGaps } from './engine-gaps.js';

/**
 * Gaps of LocalStack 2026.3.0 (open edition) among the features that Laneway's stacks use. A template leaves nothing out, as
 * the engine makes stand-ins for types it does not know. Nothing has to be set after deploy.
 */
export const localstackGaps: EngineGaps = {
  leftOut: [],
  bridged: [],
  lacks: {
    iam: 'the open edition enforces no permissions',
    'publish-conditions': 'the open edition enforces no permissions',
    'ses-v2': 'the open edition has SES v1 only, so that the vehicle application does not deploy',
    wildcards: 'a `*` stands for one character at least; only patterns of an ingress use it',
    volume: 'about a hundred messages a second, and one batch of a mapping at a time',
    heartbeats: 'ends such a task, but by States.Timeout instead of States.HeartbeatTimeout',
    'target-dead-letters': 'stays empty',
    'batching-window': 'not tried',
    scheduler: 'does not fire',
    'math-alarms': 'never evaluated',
    'point-in-time': 'stays off',
  },
};
