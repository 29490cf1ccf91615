import type { Drain } from './drain.js';
import type { AgentHealth } from './health.js';
import type { Heartbeat, InstanceClaim, Registration } from './instance.js';
import type { InstanceStanding } from './standing.js';

/** All that the registry has of one agent. */
export interface RegisteredAgent {
  /** Claims of its instances, by their names; at most `MOST_INSTANCES`. */
  readonly claims: readonly InstanceClaim[];
  /** Word of the platform on its instances. */
  readonly standings: readonly InstanceStanding[];
  /** Drains that are in force. */
  readonly drains: readonly Drain[];
}

/**
 * Instances of an application's agents. Instances write their claims; the platform and operators write the rest, in rows that no
 * agent may write. Rows end a day after they were last written, but for drains and the health of agents.
 */
export interface Registry {
  /**
   * Registers an instance. One of the same name is replaced: its heartbeats are refused from now on.
   * @returns its claim, with the epoch that heartbeats have to name
   * @throws LanewayError FOREIGN_HEARTBEAT when the name is another application's
   */
  register(registration: Registration): Promise<InstanceClaim>;
  /**
   * Notes a heartbeat, by one conditional write.
   * @throws LanewayError FOREIGN_HEARTBEAT, UNKNOWN_INSTANCE, REPLACED
   */
  beat(heartbeat: Heartbeat): Promise<void>;
  /** Drains of an agent that are in force; an instance may read those of its own agent. */
  drainsOf(agent: string): Promise<readonly Drain[]>;
  /** All that there is of one agent; consistent. */
  of(agent: string): Promise<RegisteredAgent>;
  /**
   * Writes the word of the platform on an instance, unless somebody else has since `before`.
   * @returns false when somebody has
   */
  stand(standing: InstanceStanding, before: InstanceStanding | undefined): Promise<boolean>;
  /** Notes that a transition has been published. */
  told(standing: InstanceStanding): Promise<void>;
  /** Health of every agent that was ever down or beyond a limit, some seconds old at most. */
  health(): Promise<readonly AgentHealth[]>;
  /**
   * Writes the word of the platform on an agent as a whole, unless somebody else has since `before`. It is kept for as long as
   * the application: whoever is down for a week is down.
   * @returns false when somebody has
   */
  assess(health: AgentHealth, before: AgentHealth | undefined): Promise<boolean>;
  /** Records a drain, unless one of the same is in force. @returns the one that is in force now */
  drain(drain: Drain): Promise<Drain>;
  /** Ends a drain. @returns it; undefined when there was none in force */
  resume(of: Pick<Drain, 'agent' | 'instance'>): Promise<Drain | undefined>;
}

/** Time after which rows that are not written any more end, milliseconds. */
export const REGISTRY_KEPT_MS = 86_400_000;
