import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

export const starter: PlatformFunctionDeclaration<'starter'> = {
  name: 'starter',
  description: 'starts workflows',
  stack: 'orchestration',
  needed: NEEDS.workflows,
  triggers: [{ kind: 'queue', queue: 'starts', batch: QUEUE_BATCH }],
  environment: ['deadLetterQueue', 'workflows'],
  ledger: 'record',
  pending: 'deliver',
  payloads: 'read-write',
  publishes: {},
  putsAside: true,
  executions: 'starts',
};
