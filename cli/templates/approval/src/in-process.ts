import { auditor } from './auditor/agent.js';
import { expense } from './workflows/expense.js';

/** What `npx laneway dev --in-process` runs: each agent with what it needs there. */
export const agents = [auditor];
export const workflows = [expense];
