import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

export const replies: PlatformFunctionDeclaration<'replies'> = {
  name: 'replies',
  description: 'closes requests and resumes who waits for them',
  stack: 'orchestration',
  needed: NEEDS.requests,
  triggers: [{ kind: 'queue', queue: 'replies', batch: QUEUE_BATCH }],
  environment: ['deadLetterQueue', 'mailboxes'],
  ledger: 'record',
  pending: 'deliver',
  payloads: 'read-write',
  publishes: {},
  // Further attempts and compensations may go over direct channels.
  lanes: 'sends',
  putsAside: true,
  answersTokens: true,
};
