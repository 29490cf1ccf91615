import { defineTopology } from 'laneway/topology';
import { Greet, Greeted } from './messages.js';

export const topology = defineTopology('my-app', {
  channels: {
    'greeting.requests': { carries: [Greet] },
    'greeting.results': { carries: [Greeted] },
  },
  agents: {
    greeter: { subscribes: ['greeting.requests'] },
  },
  clients: {
    desk: { publishes: [Greet] },
  },
});
