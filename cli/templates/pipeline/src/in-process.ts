import { pricing } from './pricing/agent.js';
import { shipping } from './shipping/agent.js';

/** Agents that `npx laneway dev --in-process` runs, each with its dependencies there. */
export const agents = [pricing, shipping];
