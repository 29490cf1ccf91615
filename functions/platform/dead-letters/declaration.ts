import type { Duration } from '../../../shared/domain/base/duration.js';
import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

/** Timeout of the drain, which receives from every dead letter queue. */
export const DRAIN_TIMEOUT: Duration = '60 seconds';

export const deadLetters: PlatformFunctionDeclaration<'dead-letters'> = {
  name: 'dead-letters',
  description: 'records dead letters with their reasons',
  stack: 'agents',
  needed: NEEDS.always,
  triggers: [{ kind: 'queue', queue: 'dead-letters', batch: QUEUE_BATCH }],
  timeout: DRAIN_TIMEOUT,
  environment: ['mailboxes', 'deadLetterQueues'],
  ledger: 'record',
  payloads: 'read-write',
  publishes: {},
  lanes: 'returns',
};
