import { BreakerChanged } from '../../../shared/message/system-messages.js';
import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

export const ledgerStream: PlatformFunctionDeclaration<'ledger-stream'> = {
  name: 'ledger-stream',
  description: 'archives every change of the ledger, and tells of breakers that have changed',
  stack: 'agents',
  needed: NEEDS.always,
  triggers: [{ kind: 'stream', batch: 100 }],
  environment: ['archiveBucket', 'chainTable'],
  // The intent of what it publishes.
  ledger: ['put'],
  rows: {},
  publishes: { system: [BreakerChanged.name] },
  evidence: 'chains',
  alarms: ['ledger-stream-age', 'unreadable-rows', 'breaker-open'],
};
