/** Strategy by which a channel chooses the one agent that gets a command. */
export type SelectionStrategy = 'first' | 'round-robin' | 'least-loaded' | 'score';

/** All strategies. */
export const SELECTION_STRATEGIES: readonly SelectionStrategy[] = ['first', 'round-robin', 'least-loaded', 'score'];

/** Weights of the parts of a score; each is 0 to 1, and all of them sum to 1. */
export interface SelectionWeights {
  /** Weight of how closely the agent fits the required capabilities. */
  readonly specialization: number;
  /** Weight of how little the agent has to do. */
  readonly load: number;
  /** Weight of how often its handlings ended well lately. */
  readonly success: number;
  /** Weight of how near it is to the publisher. */
  readonly proximity: number;
}

/** Weights of a channel that declares none. */
export const DEFAULT_WEIGHTS: SelectionWeights = { specialization: 0.4, load: 0.3, success: 0.2, proximity: 0.1 };

/**
 * Effect, when no capable agent can take a command now. `wait`: it waits in the lane of the best of them. `fail`: it is
 * refused with `NOBODY_AVAILABLE`. `person`: its request goes to the person of the channel's ladder.
 */
export type OnNobody = 'wait' | 'fail' | 'person';

/** All effects. */
export const ON_NOBODY: readonly OnNobody[] = ['wait', 'fail', 'person'];

/** Selection of a channel, complete. */
export interface SelectionModel {
  /** Strategy of the choice. */
  readonly by: SelectionStrategy;
  /** Weights of the score; only where `by` is `score`. */
  readonly weights?: SelectionWeights;
  /** Effect, when nobody can take a command; only for strategies that know who can. */
  readonly onNobody?: OnNobody;
}

/** True for a strategy that looks at the standings of agents before it chooses. */
export function looksAtStandings(by: SelectionStrategy): boolean {
  return by === 'least-loaded' || by === 'score';
}

/** Capabilities that an agent must have: all of a list, or any of it. */
export type RequiredCapabilities = { readonly all: readonly string[] } | { readonly any: readonly string[] };

/** An agent that may be chosen, with what its declaration says of it. */
export interface Candidate {
  readonly agent: string;
  /** Capabilities that it is declared with, each with its proficiency, 0 to 1. */
  readonly capabilities: Readonly<Record<string, number>>;
}

/** A choice that is still to be made: everything about it that is known without looking at agents. */
export interface OpenChoice extends SelectionModel {
  readonly channel: string;
  /** Capabilities that were asked for; absent when any subscriber may have the command. */
  readonly required?: RequiredCapabilities;
  /** Capable subscribers in the order of their declaration, at least one. */
  readonly candidates: readonly Candidate[];
}

/** An agent that was not chosen, with its score where there is one. */
export interface RunnerUp {
  readonly agent: string;
  readonly score?: number;
}

/** Reason for which a capable agent could not be chosen. */
export type PassedOverBecause = 'unavailable' | 'failing' | 'full';

/** A choice that was made, as the ledger keeps it. It is made once: whoever sends the message again reads it. */
export interface Choice {
  readonly by: SelectionStrategy;
  readonly required?: RequiredCapabilities;
  /** Score of the chosen agent, 0 to 1. */
  readonly score?: number;
  /** Messages that the chosen agent had open, with those that the publisher had given it since it looked. */
  readonly open?: number;
  /** Capable agents that could have been chosen, best first. A ladder asks them in this order. */
  readonly runnersUp: readonly RunnerUp[];
  /** Capable agents that could not be chosen, with the reason. */
  readonly passedOver?: readonly { readonly agent: string; readonly because: PassedOverBecause }[];
  /**
   * Present when no capable agent could take the command. `waits`: it waits in the lane of the chosen one. `person`: no
   * agent was chosen, and its request goes to a person.
   */
  readonly nobody?: 'waits' | 'person';
  /** True when the standings of the agents could not be read. */
  readonly blind?: true;
}

/** Capable agents in the order in which a ladder asks them: the chosen one, runners-up, those passed over. */
export function orderOf(chosen: string | undefined, { runnersUp, passedOver = [] }: Choice): string[] {
  const others = [...runnersUp, ...passedOver].map(({ agent }) => agent);
  return chosen === undefined ? others : [chosen, ...others];
}
