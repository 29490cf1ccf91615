import { greeter } from './greeter/agent.js';

/** Agents that `npx laneway dev --in-process` runs, each with its dependencies there. */
export const agents = [greeter];
