import * as z from 'zod';
import { command, event } from './message-type.js';

/** An agent has taken note of a {@link Coordinate}. */
export const Coordinated = event('Coordinated', z.object({}));

/**
 * Tells several agents something that concerns all of them, and that each acknowledges: a channel of the application carries it, and
 * a broadcast sends it. `participants` names everybody who is told, for those who have to know of each other.
 */
export const Coordinate = command(
  'Coordinate',
  z.object({
    coordinationType: z.enum(['workflow_start', 'workflow_end', 'pause', 'resume', 'barrier']),
    /** Thing that is coordinated, such as a workflow or a plan. */
    workflowId: z.string(),
    /** Ids of the agents that are told. */
    participants: z.array(z.string()).min(1),
    /** Anything more that the agents agree on. */
    instructions: z.unknown().optional(),
  }),
  { reply: Coordinated },
);
