import { createAgent } from 'laneway/agent';
import { bakery } from './bakery/topology.js';

/** Mistakes that the installed declarations have to refuse; compiled, never run. */
export const refused = () => [
  // @ts-expect-error the reply lacks the order and the minutes
  createAgent(bakery, 'baker').handle({ BakeLoaves: ({ data }) => ({ loaves: data.loaves }) }),
  // @ts-expect-error a type that the agent hears has no handler
  createAgent(bakery, 'courier').handle({}),
  // @ts-expect-error there is no such agent
  createAgent(bakery, 'miller'),
];
