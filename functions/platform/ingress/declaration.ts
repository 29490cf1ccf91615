import { NEEDS, QUEUE_BATCH, type PlatformFunctionDeclaration } from '../declaration.js';

export const ingress: PlatformFunctionDeclaration<'ingress'> = {
  name: 'ingress',
  description: "turns other systems' events into messages",
  stack: 'agents',
  needed: NEEDS.ingress,
  triggers: [{ kind: 'queue', queue: 'ingress', batch: QUEUE_BATCH }],
  environment: ['deadLetterQueue'],
  ledger: ['put'],
  rows: {},
  readsQuarantines: true,
  readsEmergencies: true,
  keepsRates: true,
  payloads: 'read-write',
  publishes: { alsoUnder: 'ingresses', system: [], application: 'ingresses' },
  putsAside: true,
};
