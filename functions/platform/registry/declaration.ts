import type { Duration } from '../../../shared/domain/base/duration.js';
import {
  AgentCameBack,
  AgentStatusChanged,
  AgentWentDown,
  RequestFailed,
  ResourceThresholdCrossed,
} from '../../../shared/message/system-messages.js';
import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

/** Time from one look at all agents to the next: the least that a schedule of EventBridge takes. */
export const WATCH_EVERY: Duration = '1 minute';

/** Time that one look at all agents may take: the next begins after it. */
export const WATCH_TIMEOUT: Duration = '50 seconds';

export const registry: PlatformFunctionDeclaration<'registry'> = {
  name: 'registry',
  description:
    'looks at the instances of agents, tells of what has changed, and moves requests on from those that are down',
  stack: 'agents',
  needed: NEEDS.always,
  triggers: [
    { kind: 'schedule', id: 'WatchSchedule', every: WATCH_EVERY },
    { kind: 'operator', command: 'laneway agents', output: 'RegistryFunction' },
  ],
  timeout: WATCH_TIMEOUT,
  environment: ['mailboxes'],
  ledger: ['put'],
  rows: {},
  // Open requests of agents that are down.
  pending: ['due'],
  watchesAgents: true,
  publishes: {
    system: [
      AgentStatusChanged.name,
      AgentWentDown.name,
      AgentCameBack.name,
      ResourceThresholdCrossed.name,
      RequestFailed.name,
    ],
  },
};
