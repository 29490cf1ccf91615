import { ErrorReported, RequestFailed } from '../../../shared/message/system-messages.js';
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
  // A message names its cause by id alone: what its sender handled under that id is found by a query of the sender's rows.
  ledger: ['get', 'put', 'update', 'query'],
  // A message counts as its sender's where its sender's own rows hold it.
  rows: { reads: ['messages'], writes: ['deliveries'] },
  // An agent's dead letter fails a request only where that agent was asked.
  pending: ['get'],
  payloads: 'read-write',
  publishes: { system: [ErrorReported.name, RequestFailed.name] },
  lanes: 'returns',
};
