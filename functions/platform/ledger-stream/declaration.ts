import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

export const ledgerStream: PlatformFunctionDeclaration<'ledger-stream'> = {
  name: 'ledger-stream',
  description: 'archives every change of the ledger',
  stack: 'agents',
  needed: NEEDS.always,
  triggers: [{ kind: 'stream', batch: 100 }],
  environment: ['archiveBucket', 'chainTable'],
  evidence: 'chains',
  alarms: ['ledger-stream-age', 'unreadable-rows'],
};
