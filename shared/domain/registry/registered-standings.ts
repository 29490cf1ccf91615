import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import type { AgentStanding, AgentStandings } from '../selection/standing.js';
import { drainOf } from './drain.js';
import { agentsDown } from './health.js';
import { isAvailable } from './lifecycle.js';
import type { RegisteredAgent, Registry } from './registry.js';
import { FUNCTION_INSTANCE, lookAtInstance, withDrain } from './standing.js';

/** Parts of an agent's standing that its instances tell. */
type ToldStanding = Pick<AgentStanding, 'available' | 'room' | 'completed' | 'failed' | 'zone'>;

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
  constructor(
    private readonly counts: AgentStandings,
    private readonly registry: Pick<Registry, 'health' | 'of'>,
    private readonly clock: Clock,
  ) {}

  async of(agents: readonly string[]): Promise<readonly AgentStanding[]> {
    const [counted, { down, known }] = await Promise.all([this.counts.of(agents), this.#registered(agents)]);
    return counted.map((standing) => {
      const told = toldOf(known.get(standing.agent), this.clock.now());
      const { completed, failed } = standing.completed + standing.failed > 0 ? standing : (told ?? standing);
      const available = standing.available && (told?.available ?? true) && !down.has(standing.agent);
      return { ...standing, ...told, completed, failed, available };
    });
  }

  /** Rows of the registry on agents; none while it cannot be read, when the counts alone decide. */
  async #registered(agents: readonly string[]): Promise<Registered> {
    try {
      const [health, known] = await Promise.all([
        this.registry.health(),
        Promise.all(agents.map(async (agent) => [agent, await this.registry.of(agent)] as const)),
      ]);
      return { down: agentsDown(health), known: new Map(known) };
    } catch {
      return { down: new Set(), known: new Map() };
    }
  }
}

interface Registered {
  readonly down: ReadonlySet<string>;
  readonly known: ReadonlyMap<string, RegisteredAgent>;
}

/** The standing of an agent by its instances; undefined when nothing is known of any. */
function toldOf(known: RegisteredAgent | undefined, now: number): ToldStanding | undefined {
  if (!known || known.claims.length + known.standings.length + known.drains.length === 0) return undefined;
  const takers = known.claims.length > 0 ? workersOf(known, now) : functionOf(known);
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

function workersOf({ claims, standings, drains }: RegisteredAgent, now: number): Taker[] {
  return claims.flatMap((claim) => {
    const before = standings.find(({ instance }) => instance === claim.instance);
    const { status } = lookAtInstance(claim, { drain: drainOf(drains, claim.instance) }, before, now);
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
