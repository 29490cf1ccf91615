import { defined } from '../base/defined.js';
import {
  DEFAULT_LIMITS,
  failureShare,
  WATCHED_RESOURCES,
  type HealthLimits,
  type WatchedResource,
} from './health-limits.js';
import type { InstanceClaim } from './instance.js';
import { isAvailable, SILENCE_MS } from './lifecycle.js';
import type { InstanceStanding } from './standing.js';

/** Share of a limit below which a resource counts as free again, so that one that wavers about it is not told at every look. */
const FREE_AGAIN = 0.8;

/** One thing that has changed for an agent as a whole. Instants are the platform's, ISO 8601. */
export type HealthChange =
  /** Nobody takes messages for it any more. `tasks`: messages that its instances had in hand when they were last heard. */
  | {
      readonly kind: 'down';
      readonly number: number;
      readonly since: string;
      readonly cause: string;
      readonly tasks: number;
    }
  /** Somebody does again. */
  | { readonly kind: 'back'; readonly number: number; readonly since: string; readonly downSince: string }
  /** A resource is used beyond its limit, or no longer. */
  | {
      readonly kind: 'threshold';
      readonly number: number;
      readonly since: string;
      readonly resource: WatchedResource;
      readonly crossed: 'above' | 'below';
      readonly value: number;
      readonly threshold: number;
    };

/** Word of the platform on an agent as a whole. There is none of an agent that was never down, nor beyond a limit. */
export interface AgentHealth {
  /** Id of the agent. */
  readonly agent: string;
  /** `down`: nobody takes messages for it, and no operator has ordered that. */
  readonly state: 'up' | 'down';
  /** Instant from which it is. */
  readonly since: string;
  /** Reason for which it is down. */
  readonly cause?: string;
  /** Resources that are used beyond their limits. */
  readonly above: readonly WatchedResource[];
  /** Number of changes so far. */
  readonly changes: number;
  /** Changes that may not have been published yet. */
  readonly untold: readonly HealthChange[];
}

/** An instance of an agent after a look at it. */
export interface LookedAt {
  readonly standing: InstanceStanding;
  /** Its own word; absent for a function. */
  readonly claim?: InstanceClaim;
}

/** Health of the agents of a topology. The row of one that has left it stays, and would be down for good. */
export function healthAmong(
  agents: Readonly<Record<string, unknown>>,
  health: readonly AgentHealth[],
): readonly AgentHealth[] {
  return health.filter(({ agent }) => Object.hasOwn(agents, agent));
}

/** Ids of the agents that are down. */
export function agentsDown(health: readonly AgentHealth[]): ReadonlySet<string> {
  return new Set(health.flatMap(({ agent, state }) => (state === 'down' ? [agent] : [])));
}

/**
 * The health of an agent after a look at all of its instances. It is down when each of them is ill, cannot run or is offline. One whose
 * tries fail goes on taking messages and is no reason: whoever sends bad ones must not take an agent down. One that has said that it
 * ends counts as present for a minute: whoever takes its place may be starting. It is back when one of them takes messages. One of which
 * nothing is known stays as it is.
 *
 * @param now milliseconds since 1970
 * @returns the health as it was, the same object, when nothing has changed
 */
export function assessAgent(
  agent: string,
  looks: readonly LookedAt[],
  { before, limits = DEFAULT_LIMITS }: { readonly before?: AgentHealth | undefined; readonly limits?: HealthLimits },
  now: number,
): AgentHealth | undefined {
  if (looks.length === 0) return before;
  const since = new Date(now).toISOString();
  const was = before ?? { agent, state: 'up', since, above: [], changes: 0, untold: [] };
  const made: HealthChange[] = [];
  const number = (): number => was.changes + made.length + 1;
  const state = stateAfter(was.state, looks, now);
  const cause = state === 'down' ? causeOf(looks) : undefined;
  if (state !== was.state && state === 'down')
    made.push({ kind: 'down', number: number(), since, cause: cause ?? '', tasks: tasksOf(looks) });
  if (state !== was.state && state === 'up') made.push({ kind: 'back', number: number(), since, downSince: was.since });
  const values = valuesOf(looks);
  const above = WATCHED_RESOURCES.filter((resource) => {
    const [value, threshold] = [values[resource], limits[resource]];
    const isAbove = was.above.includes(resource) ? value >= threshold * FREE_AGAIN : value >= threshold;
    if (isAbove !== was.above.includes(resource))
      made.push({
        ...{ kind: 'threshold', number: number(), since, resource, crossed: isAbove ? 'above' : 'below' },
        ...{ value, threshold },
      });
    return isAbove;
  });
  if (made.length === 0) return before;
  return {
    ...{ agent, state, above },
    ...(state === was.state
      ? { since: was.since, ...defined({ cause: was.cause }) }
      : { since, ...defined({ cause }) }),
    changes: was.changes + made.length,
    untold: [...was.untold, ...made],
  };
}

function stateAfter(was: AgentHealth['state'], looks: readonly LookedAt[], now: number): AgentHealth['state'] {
  if (was === 'down') return looks.some(takesMessages) ? 'up' : 'down';
  return looks.some((one) => isPresent(one, now)) ? 'up' : 'down';
}

/** True for one that takes messages, also while its tries fail: by its own word it is not ill. A function has no word. */
function takesMessages({ standing: { status }, claim }: LookedAt): boolean {
  return isAvailable(status) || (status === 'failed' && claim !== undefined && claim.report?.ill === undefined);
}

function isPresent(look: LookedAt, now: number): boolean {
  const { claim, standing } = look;
  const { status, heard } = standing;
  if (status === 'failed') return takesMessages(look);
  return status !== 'offline' || (claim?.state === 'gone' && now - Date.parse(heard) < SILENCE_MS);
}

/** Reason of the last one that went. */
function causeOf(looks: readonly LookedAt[]): string {
  const [last] = looks.map(({ standing }) => standing).toSorted((a, b) => Date.parse(b.since) - Date.parse(a.since));
  return last === undefined ? '' : `${last.instance} is ${last.status}: ${last.cause}`;
}

function tasksOf(looks: readonly LookedAt[]): number {
  return looks.reduce((sum, { standing, claim }) => sum + (claim?.currentTasks ?? standing.currentTasks ?? 0), 0);
}

/** Use of the resources by the instances that take messages; nothing is used where nobody does. */
function valuesOf(looks: readonly LookedAt[]): Readonly<Record<WatchedResource, number>> {
  // One that failed for its failures is counted on: it is beyond the limit until they are over.
  const alive = looks.filter(({ standing: { status } }) => isAvailable(status) || status === 'failed');
  const reports = alive.flatMap(({ claim }) => claim?.report ?? []);
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  const most = alive.map(({ standing, claim }) => claim?.maxConcurrentTasks ?? standing.maxConcurrentTasks);
  const room = most.some((one) => one === undefined) ? Infinity : sum(most.map((one = 0) => one));
  return {
    failures: rounded(
      failureShare({
        completed: sum(reports.map(({ completed = 0 }) => completed)),
        failed: sum(reports.map(({ failed = 0 }) => failed)),
      }),
    ),
    tasks: rounded(room > 0 ? tasksOf(alive) / room : 0),
    memory: rounded(Math.max(0, ...reports.map(({ memory = 0 }) => memory))),
  };
}

function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000;
}
