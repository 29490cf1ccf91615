import { pricing } from './pricing/agent.js';
import { shipping } from './shipping/agent.js';

/** What `npx laneway dev --in-process` runs: each agent with what it needs there. */
export const agents = [pricing, shipping];
