import { defineTopology } from 'laneway/topology';
import { NoteTaken } from './messages.js';

export const topology = defineTopology('my-app', {
  channels: {
    notes: { carries: [NoteTaken] },
  },
  agents: {
    listener: { subscribes: ['notes'] },
  },
  clients: {
    desk: { publishes: [NoteTaken] },
  },
});
