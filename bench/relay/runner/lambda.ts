import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { relay } from '../topology.js';

const runner = createAgent(relay, 'runner').handle({ RunLeg: ({ data }) => ({ leg: data.leg }) });

export const handler = lambda(runner);
