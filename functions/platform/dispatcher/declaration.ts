import {
  AgentFailed,
  ApprovalRequested,
  TaskCompleted,
  WorkflowCompensated,
  WorkflowProgressed,
  WorkflowRequested,
} from '../../../shared/message/system-messages.js';
import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

export const dispatcher: PlatformFunctionDeclaration<'dispatcher'> = {
  name: 'dispatcher',
  description: 'publishes what workflow steps send',
  stack: 'orchestration',
  needed: NEEDS.workflows,
  triggers: [{ kind: 'steps' }],
  environment: ['deadLetterQueue', 'mailboxes'],
  ledger: ['put'],
  rows: {},
  pending: ['get', 'put', 'update'],
  readsRegistry: true,
  payloads: 'read-write',
  publishes: {
    system: [
      ApprovalRequested.name,
      WorkflowRequested.name,
      WorkflowProgressed.name,
      TaskCompleted.name,
      AgentFailed.name,
      WorkflowCompensated.name,
    ],
    application: 'any',
  },
  lanes: 'sends',
  putsAside: true,
  // A request that cannot be made is answered at once.
  answersTokens: true,
  links: 'signs',
};
