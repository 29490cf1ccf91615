import * as z from 'zod';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

const Errand = z.object({
  key: z.string(),
  /** Instant at which the client published it, milliseconds since 1970. */
  published: z.number().int(),
});

export const ErrandGiven = event(
  'ErrandGiven',
  Errand.extend({
    /** Time that its handler takes, milliseconds. */
    work: z.number().int().default(0),
  }),
);
export const ErrandDone = event('ErrandDone', Errand);

const clerk = {
  subscribes: ['counter.errands'],
  publishes: [ErrandDone],
  runs: 'worker',
  handlerTimeout: '1 minute',
} as const;

/** Clerks whose processes are measured and killed, each with lanes of its own, and a book that notes what they answered. */
export const counter = defineTopology('counter', {
  channels: {
    'counter.errands': { carries: [ErrandGiven], qos: { priorities: ['high', 'normal'] } },
    'counter.done': { carries: [ErrandDone] },
  },
  agents: {
    north: clerk,
    south: clerk,
    east: clerk,
    west: clerk,
    middle: clerk,
    book: { subscribes: ['counter.done'], runs: 'worker' },
  },
  clients: { gate: { publishes: [ErrandGiven] } },
});

export const CLERKS = ['north', 'south', 'east', 'west', 'middle'] as const;

/** One of {@link CLERKS}. */
export type Clerk = (typeof CLERKS)[number];
