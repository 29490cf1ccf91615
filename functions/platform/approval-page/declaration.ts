import { ApprovalDecided } from '../../../shared/message/system-messages.js';
import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

/** Rights on the tables are its own, narrower than any other function's: see the construct `ApprovalPage`. */
export const approvalPage: PlatformFunctionDeclaration<'approval-page'> = {
  name: 'approval-page',
  description: 'the page on which people decide approvals',
  stack: 'orchestration',
  needed: NEEDS.links,
  triggers: [{ kind: 'url' }],
  environment: ['approvalTable', 'linkKey'],
  publishes: { types: [ApprovalDecided.name] },
  links: 'verifies',
};
