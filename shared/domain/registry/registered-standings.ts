import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import type { Duration } from '../base/duration.js';
import { LanewayError, summarizeError } from '../base/errors.js';
import type { AgentStanding, AgentStandings } from '../selection/standing.js';
import { drainOf } from './drain.js';
import type { HealthLimits } from './health-limits.js';
import { agentsDown } from './health.js';
import { isAvailable, silenceOf } from './lifecycle.js';
import type { RegisteredAgent, Registry } from './registry.js';
import { FUNCTION_INSTANCE, lookAtInstance, withDrain, type InstanceTerms } from './standing.js';

/** Parts of an agent's standing that its instances tell. */
type ToldStanding = Pick<AgentStanding, 'available' | 'room' | 'completed' | 'failed' | 'zone'>;

/** Terms of a topology on which instances of its agents are looked at; a model of one has them. */
export interface StandingTerms {
  /** Interval of heartbeats. @defaultValue 30 seconds */
  readonly heartbeat?: Duration;
  /** Agents by their ids. One that is not known here runs as a worker where instances of it have registered. */
  readonly agents: Readonly<
    Record<string, { readonly runs: 'lambda' | 'worker'; readonly health?: Partial<HealthLimits> }>
  >;
}

/** Sources of the standings of agents. */
export interface RegisteredSources {
  /** Their load, by the messages in their lanes. */
  readonly counts: AgentStandings;
  readonly registry: Pick<Registry, 'health' | 'of'>;
  readonly clock: Clock;
  readonly terms: StandingTerms;
  /** Says that the registry could not be read, once until it can be again. */
  readonly warn: (text: string) => void;
}

/** Longest wait of a choice for the registry, milliseconds; then the counts decide. */
export const REGISTRY_LIMIT_MS = 2_000;

/** An instance that may take messages, with what it says of itself. */
interface Taker {
  readonly room?: number | undefined;
  readonly zone?: string | undefined;
  readonly completed: number;
  readonly failed: number;
}

/**
 * Standings of agents by two sources: what waits in their lanes, and who is there to take it. An agent of which no instance was ever seen
 * counts as available, as one whose workers are of an older release. One that is down is not, although its instances may be forgotten.
 */
export class RegisteredStandings implements AgentStandings {
  #isBlind = false;

  /** @param limitMs longest wait for the registry, milliseconds */
  constructor(
    private readonly sources: RegisteredSources,
    private readonly limitMs = REGISTRY_LIMIT_MS,
  ) {}

  async of(agents: readonly string[]): Promise<readonly AgentStanding[]> {
    const { counts, clock, terms } = this.sources;
    const [counted, { down, known }] = await Promise.all([counts.of(agents), this.#registered(agents)]);
    return counted.map((standing) => {
      const told = toldOf(standing.agent, known.get(standing.agent), terms, clock.now());
      const { completed, failed } = standing.completed + standing.failed > 0 ? standing : (told ?? standing);
      const available = standing.available && (told?.available ?? true) && !down.has(standing.agent);
      return { ...standing, ...told, completed, failed, available };
    });
  }

  /** Rows of the registry on agents; none while it cannot be read, when the counts alone decide. */
  async #registered(agents: readonly string[]): Promise<Registered> {
    try {
      const read = await this.#inTime(this.#read(agents));
      this.#isBlind = false;
      return read;
    } catch (error) {
      if (!this.#isBlind)
        this.sources.warn(
          `the registry cannot be read, so that load alone decides who gets commands: ${summarizeError(error).message}`,
        );
      this.#isBlind = true;
      return { down: new Set(), known: new Map() };
    }
  }

  async #read(agents: readonly string[]): Promise<Registered> {
    const { registry } = this.sources;
    const [health, known] = await Promise.all([
      registry.health(),
      Promise.all(agents.map(async (agent) => [agent, await registry.of(agent)] as const)),
    ]);
    return { down: agentsDown(health), known: new Map(known) };
  }

  async #inTime<Value>(reading: Promise<Value>): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const over = new LanewayError('UNAVAILABLE', `no answer of the registry within ${this.limitMs / 1_000} seconds`);
      timer = setTimeout(() => reject(over), this.limitMs);
    });
    return Promise.race([reading, late]).finally(() => clearTimeout(timer));
  }
}

interface Registered {
  readonly down: ReadonlySet<string>;
  readonly known: ReadonlyMap<string, RegisteredAgent>;
}

/** The standing of an agent by its instances; undefined when nothing is known of any. */
function toldOf(
  agent: string,
  known: RegisteredAgent | undefined,
  terms: StandingTerms,
  now: number,
): ToldStanding | undefined {
  if (!known || known.claims.length + known.standings.length + known.drains.length === 0) return undefined;
  const { runs, health } = terms.agents[agent] ?? { runs: known.claims.length > 0 ? 'worker' : 'lambda' };
  // Rows of a function are left for a day by one that runs as a worker since.
  if (runs === 'worker' && known.claims.length === 0 && !drainOf(known.drains, '')) return undefined;
  const limits = { failures: health?.failures, silence: silenceOf(terms.heartbeat) };
  const takers = runs === 'worker' ? workersOf(known, limits, now) : functionOf(known);
  const rooms = takers.map(({ room }) => room);
  const [zone, ...others] = new Set(takers.map((one) => one.zone));
  const sum = (of: (one: Taker) => number): number => takers.reduce((all, one) => all + of(one), 0);
  return {
    available: takers.length > 0,
    ...{ completed: sum(({ completed }) => completed), failed: sum(({ failed }) => failed) },
    ...(takers.length > 0 && rooms.every((room) => room !== undefined) && { room: sum(({ room = 0 }) => room) }),
    // An agent in several zones is near to nobody, and to nobody far.
    ...(others.length === 0 && defined({ zone })),
  };
}

function workersOf({ claims, standings, drains }: RegisteredAgent, limits: InstanceTerms, now: number): Taker[] {
  return claims.flatMap((claim) => {
    const before = standings.find(({ instance }) => instance === claim.instance);
    const { status } = lookAtInstance(claim, { ...limits, drain: drainOf(drains, claim.instance) }, before, now);
    const { maxConcurrentTasks: room, zone, report: { completed = 0, failed = 0 } = {} } = claim;
    return isAvailable(status) ? [{ room, zone, completed, failed }] : [];
  });
}

/** The function as the platform saw it last, a minute ago at most. */
function functionOf({ standings, drains }: RegisteredAgent): Taker[] {
  const seen = standings.find(({ instance }) => instance === FUNCTION_INSTANCE);
  const drain = drainOf(drains, FUNCTION_INSTANCE);
  if (!seen) return drain ? [] : [{ completed: 0, failed: 0 }];
  const { status, maxConcurrentTasks: room } = withDrain(seen, drain);
  return isAvailable(status) ? [{ room, completed: 0, failed: 0 }] : [];
}
