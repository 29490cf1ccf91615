import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

/** A small application with every kind of field that a workflow can refer to. */
export const Reported = event(
  'Reported',
  z.object({
    vin: z.string(),
    readings: z.array(z.object({ name: z.string(), value: z.number() })),
    owner: z.object({ name: z.string(), phone: z.string().optional() }).optional(),
    urgent: z.boolean(),
    tags: z.array(z.string()),
  }),
);
export const Analyzed = event(
  'Analyzed',
  z.object({
    vin: z.string(),
    severity: z.enum(['normal', 'warning', 'critical']),
    score: z.number(),
    note: z.string().optional(),
    reasons: z.array(z.string()),
  }),
);
export const Analyze = command(
  'Analyze',
  z.object({ vin: z.string(), readings: z.array(z.object({ name: z.string(), value: z.number() })) }),
  { reply: Analyzed },
);
export const Engaged = event(
  'Engaged',
  z.object({ answer: z.enum(['accepted', 'declined', 'silent']), at: z.string() }),
);
export const Engage = command(
  'Engage',
  z.object({
    vin: z.string(),
    reasons: z.array(z.string()),
    note: z.string().optional(),
    groups: z.array(z.array(z.string())).optional(),
  }),
  { reply: Engaged },
);
export const Scheduled = event('Scheduled', z.object({ slot: z.string(), centre: z.object({ name: z.string() }) }));
export const Schedule = command('Schedule', z.object({ vin: z.string(), urgent: z.boolean() }), { reply: Scheduled });
export const Note = command('Note', z.object({ text: z.string() }));
export const Noticed = event('Noticed', z.object({ vin: z.string(), severity: z.string() }));
/** Carried by no channel. */
export const Lost = command('Lost', z.object({ vin: z.string() }), { reply: Scheduled });

export const garage = defineTopology('garage', {
  channels: {
    'garage.in': { carries: [Reported, Noticed] },
    'garage.work': { carries: [Analyze, Engage, Schedule, Note] },
    'garage.out': { carries: [Analyzed, Engaged, Scheduled] },
  },
  agents: {
    worker: { subscribes: ['garage.work'], capabilities: ['analysis'], role: 'hand' },
    helper: { subscribes: ['garage.work'] },
    watcher: { subscribes: ['garage.out'] },
  },
  clients: { gate: { publishes: [Reported] } },
});
