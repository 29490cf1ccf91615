import type { Clock } from '../../../domain/base/clock.js';
import { AgentChooser, type AgentChoices } from '../../../domain/selection/agent-chooser.js';
import { looksAtStandings } from '../../../domain/selection/selection.js';
import {
  LATELY_MS,
  LATELY_TRIES,
  type AgentStanding,
  type AgentStandings,
} from '../../../domain/selection/standing.js';
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
}

/** Load and health of agents in memory: copies in their lanes, their last tries, quarantines. */
export class MemoryStandings implements AgentStandings {
  readonly #sources: StandingSources;
  /** Last tries by agent, oldest first. */
  readonly #tries = new Map<string, { readonly at: number; readonly isGood: boolean }[]>();

  constructor(sources: StandingSources) {
    this.#sources = sources;
    sources.deliveries.tried = (agent, isGood) => this.#note(agent, isGood);
  }

  of(agents: readonly string[]): Promise<readonly AgentStanding[]> {
    return Promise.resolve(agents.map((agent) => this.#standing(agent)));
  }

  #standing(agent: string): AgentStanding {
    const { clock, lanes, quarantines } = this.#sources;
    const since = clock.now() - LATELY_MS;
    const tries = (this.#tries.get(agent) ?? []).filter(({ at }) => at > since);
    const completed = tries.filter(({ isGood }) => isGood).length;
    return {
      agent,
      available: !quarantines.holds(`agent.${agent}`),
      open: [...lanes.lanes(agent).values()].reduce((sum, { size }) => sum + size, 0),
      completed,
      failed: tries.length - completed,
    };
  }

  #note(agent: string, isGood: boolean): void {
    const tries = this.#tries.get(agent) ?? [];
    tries.push({ at: this.#sources.clock.now(), isGood });
    if (tries.length > LATELY_TRIES) tries.shift();
    this.#tries.set(agent, tries);
  }
}

/** Choices of an application in memory. Tries are counted only where some channel looks at them. */
export function memoryChoices(model: TopologyModel, sources: StandingSources): AgentChoices {
  const looks = Object.values(model.channels).some(({ selection }) => selection && looksAtStandings(selection.by));
  const standings = looks ? new MemoryStandings(sources) : { of: () => Promise.resolve([]) };
  return new AgentChooser(standings, sources.clock);
}
