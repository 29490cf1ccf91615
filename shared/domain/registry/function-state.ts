/** An agent's function, its lanes, and the mappings between them, as they are found. */
export interface FunctionState {
  /** `pending`: it is being made or updated. `failed`: it cannot be invoked. */
  readonly state: 'active' | 'pending' | 'failed';
  /** Mappings of its lanes that there are. */
  readonly mappings: number;
  /** Those that are enabled. */
  readonly enabled: number;
  /** Messages that wait in its lanes and may be received; approximate. */
  readonly waiting: number;
  /** Messages that have been received and not been acknowledged; approximate. */
  readonly inHand: number;
  /** Messages that it handles side by side at most; absent without a bound. */
  readonly most?: number;
}

/** Functions of the agents that run on Lambda. */
export interface AgentFunctions {
  /** The function of an agent as it is now. @throws LanewayError UNAVAILABLE */
  stateOf(agent: string): Promise<FunctionState>;
}
