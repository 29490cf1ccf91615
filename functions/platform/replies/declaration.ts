import {
  AgentFailed,
  PersonNeeded,
  RequestCancelled,
  RequestFailed,
  RequestTimedOut,
  TaskCompleted,
  WorkflowCompensated,
} from '../../../shared/message/system-messages.js';
import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

export const replies: PlatformFunctionDeclaration<'replies'> = {
  name: 'replies',
  description: 'closes requests and resumes who waits for them',
  stack: 'orchestration',
  needed: NEEDS.requests,
  triggers: [{ kind: 'queue', queue: 'replies', batch: QUEUE_BATCH }],
  environment: ['deadLetterQueue', 'mailboxes'],
  ledger: ['put', 'update'],
  rows: { writes: ['deliveries'] },
  pending: ['get', 'put', 'update'],
  readsRegistry: true,
  payloads: 'read-write',
  publishes: {
    system: [
      RequestFailed.name,
      RequestTimedOut.name,
      PersonNeeded.name,
      RequestCancelled.name,
      TaskCompleted.name,
      AgentFailed.name,
      WorkflowCompensated.name,
    ],
    application: 'any',
  },
  // Further attempts and compensations may go over direct channels.
  lanes: 'sends',
  putsAside: true,
  answersTokens: true,
};
