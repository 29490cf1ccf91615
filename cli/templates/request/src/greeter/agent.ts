import { createAgent } from 'laneway/agent';
import { topology } from '../topology.js';

export const greeter = createAgent(topology, 'greeter').handle({
  // What a handler of a command returns is the reply.
  Greet: ({ data: { name } }) => ({ text: `Good day, ${name}!` }),
});
