import { milliseconds, type Duration } from '../base/duration.js';
import { LanewayError, unknownName } from '../base/errors.js';

/**
 * Statuses of an agent's instance, the one model for workers and functions. `initializing`: it has registered and takes nothing
 * yet, or begins anew. `ready`: it takes messages. `busy`: it has no room left. `maintenance`: it is drained and takes nothing new, or
 * ends what it has in hand. `failed`: a worker is ill by its own probe, or too many of its tries fail; a function cannot run, or nothing
 * in its lanes moves. `offline`: a worker was silent for two heartbeats, {@link SILENCE_MS} by default, or has ended; all mappings of a
 * function are off.
 */
export const AGENT_STATUSES = ['initializing', 'ready', 'busy', 'maintenance', 'failed', 'offline'] as const;

/** Status of an agent's instance. */
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/** Interval of heartbeats of a worker, milliseconds. */
export const BEAT_EVERY_MS = 30_000;

/** Silence from which an instance counts as offline, milliseconds: two heartbeats that did not come. */
export const SILENCE_MS = 2 * BEAT_EVERY_MS;

/** Interval of heartbeats in milliseconds, as a topology gives it. */
export function beatEvery(heartbeat: Duration | undefined): number {
  return heartbeat === undefined ? BEAT_EVERY_MS : milliseconds(heartbeat);
}

/** Silence from which an instance counts as offline, milliseconds, by the heartbeat that a topology gives. */
export function silenceOf(heartbeat: Duration | undefined): number {
  return heartbeat === undefined ? SILENCE_MS : 2 * milliseconds(heartbeat);
}

/**
 * Statuses that may follow each. A heartbeat brings an instance back at once; what failed begins anew, as does an instance that
 * registers again and a function that is updated.
 */
const FOLLOWING: Readonly<Record<AgentStatus, readonly AgentStatus[]>> = {
  initializing: ['ready', 'busy', 'maintenance', 'failed', 'offline'],
  ready: ['initializing', 'busy', 'maintenance', 'failed', 'offline'],
  busy: ['initializing', 'ready', 'maintenance', 'failed', 'offline'],
  maintenance: ['initializing', 'ready', 'busy', 'failed', 'offline'],
  failed: ['initializing', 'maintenance', 'offline'],
  offline: ['initializing', 'ready', 'busy', 'maintenance', 'failed'],
};

/** True for a text that is a status. */
export function isAgentStatus(text: string): text is AgentStatus {
  return (AGENT_STATUSES as readonly string[]).includes(text);
}

/** A text as a status. @throws LanewayError UNKNOWN_STATUS */
export function agentStatus(text: string): AgentStatus {
  if (isAgentStatus(text)) return text;
  throw unknownName('UNKNOWN_STATUS', `'${text}' is no status of an agent`, text, AGENT_STATUSES, 'statuses');
}

/** True when one status may follow another. */
export function mayFollow(from: AgentStatus, to: AgentStatus): boolean {
  return FOLLOWING[from].includes(to);
}

/**
 * A transition of the lifecycle.
 * @returns `to`
 * @throws LanewayError UNKNOWN_STATUS, INVALID_TRANSITION
 */
export function transition(from: string, to: string): AgentStatus {
  const [before, after] = [agentStatus(from), agentStatus(to)];
  if (mayFollow(before, after)) return after;
  throw new LanewayError('INVALID_TRANSITION', `an instance that is ${before} was to become ${after}`, {
    help: [`allowed after ${before}: ${FOLLOWING[before].join(', ')}`],
  });
}

/** The status that an instance has after it was seen in one: that, or the one on the way to it. */
export function stepTowards(from: AgentStatus, seen: AgentStatus): AgentStatus {
  if (from === seen || mayFollow(from, seen)) return seen;
  return 'initializing';
}

/** True for an instance that takes messages, now or as soon as it has room. */
export function isAvailable(status: AgentStatus): boolean {
  return status === 'ready' || status === 'busy';
}
