import { DEFAULT_ROOM, type AgentStanding } from './standing.js';
import type { Candidate, RequiredCapabilities, SelectionWeights } from './selection.js';

/** Parts of a score, each 0 to 1, the better the higher. */
export type ScoreParts = SelectionWeights;

/** Sum of the weighted parts, rounded to six digits. */
export function scoreOf(parts: ScoreParts, weights: SelectionWeights): number {
  const sum =
    weights.specialization * parts.specialization +
    weights.load * parts.load +
    weights.success * parts.success +
    weights.proximity * parts.proximity;
  return Math.round(sum * 1e6) / 1e6;
}

/** Parts of an agent's score. @param zone zone of the publisher, where it is known */
export function scoreParts(
  candidate: Candidate,
  standing: AgentStanding,
  required: RequiredCapabilities | undefined,
  zone?: string,
): ScoreParts {
  return {
    specialization: specializationOf(candidate, required),
    load: 1 - loadOf(standing),
    success: (standing.completed + 1) / (standing.completed + standing.failed + 2),
    proximity: proximityOf(standing.zone, zone),
  };
}

/**
 * Closeness of an agent to what is required: mean proficiency in the required capabilities it has, times their share of
 * all that it is declared with, so that a specialist comes before a generalist. 1 when nothing is required.
 */
export function specializationOf({ capabilities }: Candidate, required: RequiredCapabilities | undefined): number {
  if (required === undefined) return 1;
  const wanted = 'all' in required ? required.all : required.any;
  const own = [...new Set(wanted)].flatMap((name) => capabilities[name] ?? []);
  const declared = Object.keys(capabilities).length;
  if (own.length === 0 || declared === 0) return 0;
  const proficiency = own.reduce((sum, one) => sum + one, 0) / own.length;
  return (proficiency * own.length) / declared;
}

/**
 * Load, 0 to below 1: open messages over open messages and room. It is half where an agent has as many as it handles at a
 * time, and still tells two overloaded agents apart.
 */
export function loadOf({ open, room = DEFAULT_ROOM }: Pick<AgentStanding, 'open' | 'room'>): number {
  return open / (open + Math.max(1, room));
}

/** 1 in the same zone, 0 in another one, 0.5 where one of the two is not known: an application lies in one region. */
function proximityOf(there: string | undefined, here: string | undefined): number {
  if (there === undefined || here === undefined) return 0.5;
  return there === here ? 1 : 0;
}
