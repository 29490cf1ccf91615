import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

export const dispatcher: PlatformFunctionDeclaration<'dispatcher'> = {
  name: 'dispatcher',
  description: 'publishes what workflow steps send',
  stack: 'orchestration',
  needed: NEEDS.workflows,
  triggers: [{ kind: 'steps' }],
  environment: ['deadLetterQueue', 'mailboxes'],
  ledger: 'record',
  pending: 'deliver',
  payloads: 'read-write',
  publishes: {},
  lanes: 'sends',
  putsAside: true,
  // A request that cannot be made is answered at once.
  answersTokens: true,
  links: 'signs',
};
