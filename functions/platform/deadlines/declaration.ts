import {
  AgentFailed,
  ApprovalDecided,
  ApprovalRequested,
  PersonNeeded,
  RequestFailed,
  RequestTimedOut,
  TaskCompleted,
  WorkflowCompensated,
} from '../../../shared/message/system-messages.js';
import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

export const deadlines: PlatformFunctionDeclaration<'deadlines'> = {
  name: 'deadlines',
  description: 'fires the deadlines of requests, and escalates them',
  stack: 'orchestration',
  needed: NEEDS.requests,
  triggers: [{ kind: 'queue', queue: 'timers', batch: QUEUE_BATCH }],
  environment: ['deadLetterQueue', 'mailboxes'],
  // Reads the progress of overdue attempts.
  ledger: ['get', 'put'],
  rows: { reads: ['deliveries'], writes: ['decisions'] },
  pending: ['get', 'put', 'update'],
  readsRegistry: true,
  payloads: 'read-write',
  publishes: {
    system: [
      RequestFailed.name,
      RequestTimedOut.name,
      PersonNeeded.name,
      ApprovalRequested.name,
      ApprovalDecided.name,
      TaskCompleted.name,
      AgentFailed.name,
      WorkflowCompensated.name,
    ],
    application: 'any',
  },
  lanes: 'sends',
  putsAside: true,
  answersTokens: true,
  links: 'signs',
};
