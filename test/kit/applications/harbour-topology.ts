import * as z from 'zod';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

export const ShipSighted = event('ShipSighted', z.object({ ship: z.string() }));

/** A harbour whose agents hear of emergencies: two in functions, and one in a process that a test starts. */
export const harbour = defineTopology('harbour', {
  emergency: true,
  channels: { sightings: { carries: [ShipSighted] } },
  agents: {
    keeper: { subscribes: ['sightings'] },
    crane: { subscribes: ['sightings'] },
    boat: { subscribes: ['sightings'], runs: 'worker' },
  },
  clients: { tower: { publishes: [ShipSighted] } },
});
