import type { Clock } from '../../../domain/base/clock.js';
import { RegisteredStandings } from '../../../domain/registry/registered-standings.js';
import type { Registry } from '../../../domain/registry/registry.js';
import { AgentChooser, type AgentChoices } from '../../../domain/selection/agent-chooser.js';
import { looksAtStandings } from '../../../domain/selection/selection.js';
import { RecentTries } from '../../../domain/selection/recent-tries.js';
import type { AgentStanding, AgentStandings } from '../../../domain/selection/standing.js';
import type { TopologyModel } from '../../../topology/model.js';
import type { MemoryDeliveries } from '../memory-deliveries.js';
import type { MemoryLanes } from '../memory-lanes.js';
import type { MemoryQuarantines } from '../memory-quarantines.js';

/** Stores from which the standings of agents in memory follow. */
export interface StandingSources {
  readonly clock: Clock;
  readonly lanes: MemoryLanes;
  readonly deliveries: MemoryDeliveries;
  readonly quarantines: Pick<MemoryQuarantines, 'holds'>;
  readonly instances: { readonly registry: Pick<Registry, 'health' | 'of'> };
}

/** Load and health of agents in memory: copies in their lanes, their last tries, quarantines. */
export class MemoryStandings implements AgentStandings {
  readonly #sources: Omit<StandingSources, 'instances'>;
  readonly #tries = new Map<string, RecentTries>();

  constructor(sources: Omit<StandingSources, 'instances'>) {
    this.#sources = sources;
    sources.deliveries.tried = (agent, isGood) => this.#triesOf(agent).note(isGood);
  }

  of(agents: readonly string[]): Promise<readonly AgentStanding[]> {
    return Promise.resolve(agents.map((agent) => this.#standing(agent)));
  }

  #standing(agent: string): AgentStanding {
    const { lanes, quarantines } = this.#sources;
    return {
      agent,
      available: !quarantines.holds(`agent.${agent}`),
      open: [...lanes.lanes(agent).values()].reduce((sum, { size }) => sum + size, 0),
      ...this.#triesOf(agent).counts(),
    };
  }

  #triesOf(agent: string): RecentTries {
    const tries = this.#tries.get(agent) ?? new RecentTries(this.#sources.clock);
    this.#tries.set(agent, tries);
    return tries;
  }
}

/** Choices of an application in memory. Tries are counted only where some channel looks at them. */
export function memoryChoices(model: TopologyModel, sources: StandingSources): AgentChoices {
  const looks = Object.values(model.channels).some(({ selection }) => selection && looksAtStandings(selection.by));
  if (!looks) return new AgentChooser({ of: () => Promise.resolve([]) }, sources.clock);
  const { clock, instances } = sources;
  const { registry } = instances;
  const counts = new MemoryStandings(sources);
  const warn = (text: string): void => process.emitWarning(text);
  const standings = new RegisteredStandings({ counts, registry, clock, terms: model, warn });
  return new AgentChooser(standings, clock);
}
