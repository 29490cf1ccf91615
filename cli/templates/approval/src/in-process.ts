import { auditor } from './auditor/agent.js';
import { expense } from './workflows/expense.js';

/** Agents that `npx laneway dev --in-process` runs, each with its dependencies there. */
export const agents = [auditor];
export const workflows = [expense];
