import type { OnNobody, SelectionStrategy, SelectionWeights } from '../../domain/selection/selection.js';

/**
 * Choice of the one agent that gets a command, as a channel declares it: a strategy, or one with its settings.
 *
 * - `first`: the first declared subscriber that fits.
 * - `round-robin`: one after the other, in each process by itself; nothing is read.
 * - `least-loaded`: the one with the least open messages for its room.
 * - `score`: the better of two that are drawn among the best, by weighted capability, load, success and proximity.
 *
 * The last two read the standings of the agents, at most every 5 seconds in each process that publishes. The choice is
 * made once and stored with the message.
 */
export type SelectionSpec =
  | SelectionStrategy
  | {
      /** Strategy of the choice. */
      readonly by: SelectionStrategy;
      /** Weights of the score, which sum to 1; for `score` alone. @defaultValue 0.4, 0.3, 0.2, 0.1 */
      readonly weights?: SelectionWeights;
      /** Effect, when no capable agent can take a command; for `least-loaded` and `score` alone. @defaultValue 'wait' */
      readonly onNobody?: OnNobody;
    };

/** A capability as a topology declares it. */
export interface CapabilitySpec {
  /** Work that an agent with it can do, in the words of those who ask: tasks in free text are matched by it. */
  readonly description: string;
}

/** Capabilities of an agent: their names, or each with the agent's proficiency in it, above 0 and up to 1. */
export type DeclaredCapabilities<Capability extends string = string> =
  readonly Capability[] | { readonly [Name in Capability]?: number };
