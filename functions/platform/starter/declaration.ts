import { MessageExpired, WorkflowStarted } from '../../../shared/message/system-messages.js';
import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

export const starter: PlatformFunctionDeclaration<'starter'> = {
  name: 'starter',
  description: 'starts workflows',
  stack: 'orchestration',
  needed: NEEDS.workflows,
  triggers: [{ kind: 'queue', queue: 'starts', batch: QUEUE_BATCH }],
  environment: ['deadLetterQueue', 'workflows', 'startRate'],
  ledger: ['get', 'put', 'update'],
  rows: {},
  readsPauses: true,
  pending: ['put'],
  payloads: 'read-write',
  publishes: { system: [WorkflowStarted.name, MessageExpired.name] },
  putsAside: true,
  executions: 'starts',
};
