import {
  AgentFailed,
  RequestCancelled,
  TaskCompleted,
  WorkflowCompensated,
  WorkflowCompleted,
  WorkflowFailed,
} from '../../../shared/message/system-messages.js';
import type { Duration } from '../../../shared/domain/base/duration.js';
import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

/** Time from one supervision of executions to the next. */
export const SUPERVISE_EVERY: Duration = '5 minutes';

/** Time that one run of supervision may take. */
export const SUPERVISE_TIMEOUT: Duration = '4 minutes';

export const supervisor: PlatformFunctionDeclaration<'supervisor'> = {
  name: 'supervisor',
  description: 'sees to it that somebody will answer every step that waits',
  stack: 'orchestration',
  needed: NEEDS.workflows,
  triggers: [
    { kind: 'schedule', id: 'SuperviseSchedule', every: SUPERVISE_EVERY },
    { kind: 'operator', command: 'laneway sweep' },
  ],
  timeout: SUPERVISE_TIMEOUT,
  environment: ['deadLetterQueue', 'mailboxes', 'workflows'],
  ledger: ['put'],
  rows: {},
  pending: ['get', 'put', 'update', 'due'],
  readsRegistry: true,
  payloads: 'read-write',
  publishes: {
    system: [
      RequestCancelled.name,
      WorkflowCompleted.name,
      WorkflowFailed.name,
      TaskCompleted.name,
      AgentFailed.name,
      WorkflowCompensated.name,
    ],
    application: 'any',
  },
  lanes: 'sends',
  putsAside: true,
  answersTokens: true,
  executions: 'supervises',
  alarms: ['unanswered-steps'],
};
