import { ApprovalDecided } from '../../../shared/message/system-messages.js';
import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

/** Rights on pending records are its own, narrower than any other function's: see the construct `ApprovalPage`. */
export const approvalPage: PlatformFunctionDeclaration<'approval-page'> = {
  name: 'approval-page',
  description: 'the page on which people decide approvals',
  stack: 'orchestration',
  needed: NEEDS.links,
  triggers: [{ kind: 'url' }],
  environment: ['approvalTable', 'linkKey'],
  // Its name in the ledger is that of the decisions.
  ledger: ['put'],
  rows: {},
  publishes: { system: [ApprovalDecided.name] },
  links: 'verifies',
};
