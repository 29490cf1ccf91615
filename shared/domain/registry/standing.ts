import { shortText, withoutPlaces } from '../base/cut-text.js';
import { defined } from '../base/defined.js';
import type { Drain } from './drain.js';
import type { FunctionState } from './function-state.js';
import { DEFAULT_LIMITS, failureShare } from './health-limits.js';
import type { InstanceClaim } from './instance.js';
import { SILENCE_MS, stepTowards, type AgentStatus } from './lifecycle.js';

/** Name of the only instance of an agent that runs on Lambda. */
export const FUNCTION_INSTANCE = 'function';

/** Time for which something waits in its lanes and nothing is in hand from which a function counts as failed, milliseconds. */
export const STUCK_MS = 120_000;

/**
 * Word of the platform on an instance. A function of the platform writes it; no agent may. Times are the platform's, ISO 8601.
 */
export interface InstanceStanding {
  /** Id of the agent. */
  readonly agent: string;
  /** Name of the instance. */
  readonly instance: string;
  /** Status that it has. */
  readonly status: AgentStatus;
  /** Instant from which it has it. */
  readonly since: string;
  /** Reason of the last transition. */
  readonly cause: string;
  /** Number of the last transition, from 1. */
  readonly transition: number;
  /** Status before the last transition; absent for the first. */
  readonly from?: AgentStatus;
  /** True when the last transition has been published. */
  readonly told: boolean;
  /** Instant of the last look. */
  readonly looked: string;
  /** Instant of the last heartbeat. */
  readonly heard: string;
  /** Registration of the last heartbeat that was seen; 0 for a function. */
  readonly epoch: number;
  /** Number of the last heartbeat that was seen; 0 for a function. */
  readonly beat: number;
  /** Instant since when something waits for a function and nothing is in hand. */
  readonly waitingSince?: string;
  /** Messages that a function has in hand. */
  readonly currentTasks?: number;
  /** Messages that a function handles side by side at most, where it has a bound. */
  readonly maxConcurrentTasks?: number;
}

/** Longest reason, characters: it travels in messages. */
const CAUSE_LENGTH = 500;

/** Terms on which an instance is looked at. */
export interface InstanceTerms {
  /** Drain that it is under. */
  readonly drain?: Drain | undefined;
  /** Share of failed tries from which it counts as failed. @defaultValue that of {@link DEFAULT_LIMITS} */
  readonly failures?: number | undefined;
  /** Silence from which it is offline, milliseconds. @defaultValue {@link SILENCE_MS} */
  readonly silence?: number | undefined;
}

/** A status, and why. */
interface Seen {
  readonly status: AgentStatus;
  readonly cause: string;
}

/**
 * The standing of a worker's instance after a look at what it says of itself. Its silence is measured by the clock of who
 * looks: a heartbeat counts from its own instant only where that lies between the last look, at which it was not there, and this one.
 *
 * @param now milliseconds since 1970
 */
export function lookAtInstance(
  claim: InstanceClaim,
  { drain, failures = DEFAULT_LIMITS.failures, silence = SILENCE_MS }: InstanceTerms,
  before: InstanceStanding | undefined,
  now: number,
): InstanceStanding {
  const { agent, instance, epoch, beat } = claim;
  const heard = heardAt(claim, before, now);
  const seen = seenOf(claim, { drain, failures, silence }, now - Date.parse(heard));
  return standing({ agent, instance, heard, epoch, beat }, seen, before, now);
}

/** The standing of an agent's function after a look at it, at its lanes and at the mappings between them. */
export function lookAtFunction(
  agent: string,
  { state, enabled, mappings, waiting, inHand, most }: FunctionState,
  drain: Drain | undefined,
  before: InstanceStanding | undefined,
  now: number,
): InstanceStanding {
  const at = new Date(now).toISOString();
  const idle = waiting > 0 && inHand === 0 && drain === undefined;
  const waitingSince = idle ? (before?.waitingSince ?? at) : undefined;
  const seen = ((): Seen => {
    if (state === 'failed') return { status: 'failed', cause: 'its function cannot run' };
    if (drain) return { status: 'maintenance', cause: drainedBy(drain) };
    if (state === 'pending') return { status: 'initializing', cause: 'its function is being updated' };
    if (enabled < mappings) {
      const off = mappings - enabled;
      return { status: enabled === 0 ? 'offline' : 'maintenance', cause: `${off} of ${mappings} mappings are off` };
    }
    if (waitingSince !== undefined && now - Date.parse(waitingSince) >= STUCK_MS)
      return { status: 'failed', cause: `${waiting} messages wait, and it has none in hand` };
    if (most !== undefined && inHand >= most) return { status: 'busy', cause: `${inHand} of ${most} messages in hand` };
    return { status: 'ready', cause: 'it takes messages' };
  })();
  const facts = { agent, instance: FUNCTION_INSTANCE, heard: at, epoch: 0, beat: 0 };
  const load = { currentTasks: inHand, ...defined({ maxConcurrentTasks: most, waitingSince }) };
  return { ...standing(facts, seen, before, now), ...load };
}

function heardAt(claim: InstanceClaim, before: InstanceStanding | undefined, now: number): string {
  // One that was never looked at has its time from now on.
  if (!before) return new Date(now).toISOString();
  if (claim.epoch === before.epoch && claim.beat === before.beat) return before.heard;
  const at = Date.parse(claim.at);
  const isPlausible = at >= Date.parse(before.looked) && at <= now;
  return new Date(isPlausible ? at : now).toISOString();
}

function seenOf(
  { state, currentTasks, maxConcurrentTasks: most, report = {} }: InstanceClaim,
  { drain, failures, silence }: Pick<InstanceTerms, 'drain'> & { readonly failures: number; readonly silence: number },
  silent: number,
): Seen {
  if (state === 'gone') return { status: 'offline', cause: 'it has ended' };
  if (silent >= silence) return { status: 'offline', cause: `silent for ${silence / 1_000} seconds` };
  if (drain) return { status: 'maintenance', cause: drainedBy(drain) };
  if (state === 'draining') return { status: 'maintenance', cause: 'it ends what it has in hand' };
  if (state === 'initializing') return { status: 'initializing', cause: 'it has registered' };
  if (report.ill !== undefined)
    return { status: 'failed', cause: shortText(`its probe says: ${withoutPlaces(report.ill)}`, CAUSE_LENGTH) };
  if (failureShare(report) >= failures) {
    const { completed = 0, failed = 0 } = report;
    return { status: 'failed', cause: `${failed} of its last ${completed + failed} tries failed` };
  }
  if (currentTasks >= most) return { status: 'busy', cause: `${currentTasks} of ${most} messages in hand` };
  return { status: 'ready', cause: 'it takes messages' };
}

function drainedBy({ by, why }: Drain): string {
  return shortText(`drained by ${by}: ${why}`, CAUSE_LENGTH);
}

/** Makes the transition that was seen, if it is one. */
function standing(
  facts: Pick<InstanceStanding, 'agent' | 'instance' | 'heard' | 'epoch' | 'beat'>,
  seen: Seen,
  before: InstanceStanding | undefined,
  now: number,
): InstanceStanding {
  const looked = new Date(now).toISOString();
  const first = { ...facts, ...seen, since: looked, transition: 1, told: false, looked };
  if (!before) return first;
  const status = stepTowards(before.status, seen.status);
  const { since, cause, transition, told, from } = before;
  if (status === before.status)
    return { ...facts, status, ...{ since, cause, transition, told, looked }, ...defined({ from }) };
  const why = status === seen.status ? seen.cause : `it begins anew: ${seen.cause}`;
  return { ...first, status, cause: why, transition: transition + 1, from: before.status };
}

/** The standing of a function that was looked at before it was drained. */
export function withDrain(standing: InstanceStanding, drain: Drain | undefined): InstanceStanding {
  if (!drain || standing.status === 'offline' || standing.status === 'failed') return standing;
  return { ...standing, status: 'maintenance', cause: drainedBy(drain), since: drain.since };
}
