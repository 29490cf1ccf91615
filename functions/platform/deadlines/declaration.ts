import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

export const deadlines: PlatformFunctionDeclaration<'deadlines'> = {
  name: 'deadlines',
  description: 'fires the deadlines of requests, and escalates them',
  stack: 'orchestration',
  needed: NEEDS.requests,
  triggers: [{ kind: 'queue', queue: 'timers', batch: QUEUE_BATCH }],
  environment: ['deadLetterQueue', 'mailboxes'],
  ledger: 'record',
  pending: 'deliver',
  payloads: 'read-write',
  publishes: {},
  lanes: 'sends',
  putsAside: true,
  answersTokens: true,
  links: 'signs',
};
