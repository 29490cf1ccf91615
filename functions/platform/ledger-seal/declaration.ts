import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

export const ledgerSeal: PlatformFunctionDeclaration<'ledger-seal'> = {
  name: 'ledger-seal',
  description: "seals the heads of the ledger's chains",
  stack: 'agents',
  needed: NEEDS.always,
  triggers: [
    { kind: 'schedule', id: 'SealSchedule', every: 'sealEvery' },
    { kind: 'operator', command: 'laneway ledger export', output: 'SealFunction' },
  ],
  environment: ['chainTable', 'sealBucket', 'sealKey'],
  evidence: 'seals',
};
