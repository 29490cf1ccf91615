import {
  AgentFailed,
  TaskCompleted,
  WorkflowCompensated,
  WorkflowCompleted,
  WorkflowFailed,
} from '../../../shared/message/system-messages.js';
import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

export const workflowEvents: PlatformFunctionDeclaration<'workflow-events'> = {
  name: 'workflow-events',
  description: 'reports the ends of workflows',
  stack: 'orchestration',
  needed: NEEDS.workflows,
  triggers: [{ kind: 'queue', queue: 'workflow-status', batch: QUEUE_BATCH }],
  environment: ['deadLetterQueue', 'mailboxes', 'workflows'],
  ledger: ['put'],
  rows: {},
  pending: ['get', 'put', 'update'],
  readsRegistry: true,
  payloads: 'read-write',
  publishes: {
    system: [
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
  executions: 'describes',
};
