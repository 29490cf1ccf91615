import * as z from 'zod';
import { event, systemEvent } from './message-type.js';

/**
 * An operator has declared an emergency. Every agent of a topology with `emergency: true` gets it, in a lane of its own. What it says is
 * checked against the operators' record before it is heard: nobody else declares one.
 */
export const EmergencyDeclared = systemEvent(
  'EmergencyDeclared',
  z.object({
    /** Id of the emergency. */
    emergency: z.string(),
    by: z.string(),
    why: z.string(),
    /** Instant from which it is in force, ISO 8601. */
    since: z.string(),
    /** Measures that were taken, such as `stop-intake` and `drain-agent:clerk`. */
    measures: z.array(z.string()),
  }),
);

/** An operator has ended an emergency, and what it changed is as it was before. */
export const EmergencyEnded = systemEvent(
  'EmergencyEnded',
  z.object({ emergency: z.string(), by: z.string(), why: z.string(), at: z.string() }),
);

/**
 * An agent asks people for an emergency; it orders nothing. A channel of the application carries it, and an agent that tells people
 * subscribes to that.
 */
export const EmergencyAsked = event(
  'EmergencyAsked',
  z.object({
    why: z.string(),
    /** Measures that the agent proposes, such as `stop-intake`. */
    measures: z.array(z.string()).default([]),
  }),
);

/** True for a type by which agents hear of emergencies. */
export function isOfEmergency(type: string): boolean {
  return type === EmergencyDeclared.name || type === EmergencyEnded.name;
}

/** Name of the channel by which every agent hears of emergencies. */
export const EMERGENCY_CHANNEL = 'system.emergency';

/**
 * The channel that a topology with `emergency: true` has besides. It goes past the bus, which may be what is broken, into a lane of each
 * agent that nothing else leads to. A message outlasts an outage of three days, as those that end waits.
 */
export const EMERGENCY_CHANNELS = {
  [EMERGENCY_CHANNEL]: {
    carries: [EmergencyDeclared, EmergencyEnded],
    qos: {
      expires: '3 days',
      tries: 10,
      priorities: ['critical'],
      delivery: 'direct',
      batchSize: 1,
      maxDepth: 100,
    },
  },
} as const;
