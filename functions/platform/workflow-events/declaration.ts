import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

export const workflowEvents: PlatformFunctionDeclaration<'workflow-events'> = {
  name: 'workflow-events',
  description: 'reports the ends of workflows',
  stack: 'orchestration',
  needed: NEEDS.workflows,
  triggers: [{ kind: 'queue', queue: 'workflow-status', batch: QUEUE_BATCH }],
  environment: ['deadLetterQueue', 'mailboxes', 'workflows'],
  ledger: 'record',
  pending: 'deliver',
  payloads: 'read-write',
  publishes: {},
  lanes: 'sends',
  putsAside: true,
  answersTokens: true,
  executions: 'describes',
};
