import { greeter } from './greeter/agent.js';

/** What `npx laneway dev --in-process` runs: each agent with what it needs there. */
export const agents = [greeter];
