/** Load and health of an agent at a moment. */
export interface AgentStanding {
  readonly agent: string;
  /** False for one that takes no work: offline, draining, unhealthy, in quarantine. */
  readonly available: boolean;
  /** Messages in its lanes: those that wait and those that are being handled. */
  readonly open: number;
  /** Messages that all its instances together handle at a time; absent where nobody has said so. */
  readonly room?: number;
  /** Tries of handlings that ended well within {@link LATELY_MS}, of the last {@link LATELY_TRIES}; 0 where nobody counts them. */
  readonly completed: number;
  /** Tries that ended badly, counted in the same way. */
  readonly failed: number;
  /** Zone where it runs; absent where nobody has said so. */
  readonly zone?: string;
}

/** Load and health of agents, as whoever chooses among them sees it. */
export interface AgentStandings {
  /**
   * Standings of some agents, a few seconds old at most. An agent of which nothing is known is left out; it counts as
   * available and idle.
   * @throws LanewayError UNAVAILABLE
   */
  of(agents: readonly string[]): Promise<readonly AgentStanding[]>;
}

/** Milliseconds for which an outcome counts. An agent that was left because it failed is tried again after that. */
export const LATELY_MS = 300_000;

/** Outcomes that count at most. */
export const LATELY_TRIES = 50;

/** Messages that an agent handles at a time where nobody has said so: as many as one worker. */
export const DEFAULT_ROOM = 8;

/** Failed tries from which an agent can count as failing. */
const FEWEST_FAILURES = 5;

/**
 * True for an agent most of whose handlings failed lately, five at least. One that fails fast always looks idle: a score
 * in which success is one part of several would send it everything.
 */
export function isFailing({ completed, failed }: Pick<AgentStanding, 'completed' | 'failed'>): boolean {
  return failed >= FEWEST_FAILURES && failed > completed;
}

/** True for an agent with as many open messages as it can handle at a time, where that is known. */
export function isFull({ open, room }: Pick<AgentStanding, 'open' | 'room'>): boolean {
  return room !== undefined && open >= room;
}
