import { milliseconds } from '../../../domain/base/duration.js';
import type { Clock } from '../../../domain/base/clock.js';
import type { Confinement } from '../../../domain/quarantine/confinement.js';
import {
  drainAgent,
  resumeAgent,
  type DrainOptions,
  type AgentDrainServices,
  type DrainTarget,
} from '../../../operator/agents/drain-agent.js';
import type { Actor } from '../../../operator/operator-services.js';
import {
  findAgents,
  listInstances,
  type AgentFinder,
  type AgentInstance,
  type FindAgentsOptions,
  type InstanceFilter,
} from '../../../topology/registry/find-agents.js';
import type { Topology } from '../../../topology/topology.js';
import type { MemoryWorld } from '../memory-world.js';
import type { StartOptions } from './instances.js';

/** Agents of an application in memory: who is there, and who is drained. */
export interface AgentsAccess extends AgentFinder {
  /**
   * All instances that the conditions hold for, as `laneway agents list` has them.
   * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_CAPABILITY, UNKNOWN_ROLE, UNKNOWN_STATUS
   */
  list(filter?: InstanceFilter): Promise<readonly AgentInstance[]>;
  /**
   * Has an agent, or one instance, take nothing new, as `laneway agents drain` does. What comes for it waits.
   * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_INSTANCE, LAST_CAPABLE without `force`, INVALID_OPTION without who or why
   */
  drain(target: DrainTarget, actor: Actor, options?: DrainOptions): Promise<void>;
  /**
   * Has it take messages again, as `laneway agents resume` does.
   * @throws LanewayError UNKNOWN_AGENT, NOT_FOUND, REFUSED, INVALID_OPTION without who or why
   */
  resume(target: DrainTarget, actor: Actor): Promise<void>;
}

/** Agents of a harness: their instances are started and killed by the test. */
export interface HarnessAgents extends AgentsAccess {
  /**
   * Starts an instance of an agent that runs as a worker. It registers, and beats every 30 seconds of the world's clock. Until a test
   * starts one, the world itself is the agent's only instance; from then on those that were started take its messages, by turns.
   * @returns its name
   * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_CAPABILITY, INVALID_OPTION
   */
  start(agent: string, options?: StartOptions): Promise<string>;
  /** Ends an instance at once, as SIGKILL does: what it has in hand comes again. @throws LanewayError UNKNOWN_INSTANCE */
  kill(agent: string, instance: string): void;
  /** Ends an instance as SIGTERM does. @throws LanewayError UNKNOWN_INSTANCE */
  stop(agent: string, instance: string): Promise<void>;
}

/** In memory the record alone drains: the world reads it before each receipt. */
const BY_RECORD: Pick<Confinement, 'pause' | 'resume'> = {
  pause: () => Promise.resolve('nobody receives for it'),
  resume: () => Promise.resolve('it receives'),
};

/** Instances of the agents of a world in memory, as clients and operators see them. */
export class WorldAgents implements HarnessAgents {
  /** @param changed called after something that may have agents take messages again */
  constructor(
    private readonly topology: Topology,
    private readonly world: MemoryWorld<Clock>,
    private readonly changed: () => void = () => undefined,
  ) {}

  async find(options: FindAgentsOptions = {}): Promise<readonly AgentInstance[]> {
    await this.world.instances.refresh();
    return findAgents(options, this.#services());
  }

  async list(filter: InstanceFilter = {}): Promise<readonly AgentInstance[]> {
    await this.world.instances.refresh();
    return listInstances(filter, this.#services());
  }

  async drain(target: DrainTarget, actor: Actor, options: DrainOptions = {}): Promise<void> {
    await this.world.instances.refresh();
    await drainAgent(target, actor, options, this.#services());
    await this.world.instances.heed(target.agent);
  }

  async resume(target: DrainTarget, actor: Actor): Promise<void> {
    await resumeAgent(target, actor, this.#services());
    await this.world.instances.heed(target.agent);
    this.changed();
  }

  start(agent: string, options: StartOptions = {}): Promise<string> {
    return this.world.instances.start(agent, options);
  }

  kill(agent: string, instance: string): void {
    this.world.instances.kill(agent, instance);
  }

  stop(agent: string, instance: string): Promise<void> {
    return this.world.instances.stop(agent, instance);
  }

  #services(): AgentDrainServices {
    const { agentFunctions, book, clock, quarantines, registry } = this.world.ports;
    return { agentFunctions, book, clock, quarantines, registry, topology: this.topology, confinement: BY_RECORD };
  }
}

/** Time from one look of the platform at all agents to the next, as deployed. */
const WATCH_EVERY_MS = milliseconds('1 minute');

/**
 * Heartbeats and looks of a world, in its time. Where nobody subscribes to `system.agents` and no test has started an instance, there
 * are none: whoever asks for agents has them looked at then.
 */
export class AgentsSchedule {
  readonly #isHeard: boolean;
  #nextLook: number;

  constructor(
    topology: Topology,
    private readonly world: MemoryWorld<Clock>,
  ) {
    this.#isHeard = (topology.model.channels['system.agents']?.subscribers ?? []).length > 0;
    this.#nextLook = world.clock.now() + WATCH_EVERY_MS;
  }

  /** Time at which something is due, milliseconds since 1970; undefined where nothing ever is. */
  get next(): number | undefined {
    const { instances } = this.world;
    if (!this.#isHeard && !instances.isUsed) return undefined;
    return Math.min(this.#nextLook, instances.next ?? Infinity);
  }

  /** Does what is due. */
  async run(): Promise<void> {
    const now = this.world.clock.now();
    if ((this.next ?? Infinity) > now) return;
    await this.world.instances.beat();
    if (now < this.#nextLook) return;
    this.#nextLook += Math.ceil((now - this.#nextLook + 1) / WATCH_EVERY_MS) * WATCH_EVERY_MS;
    await this.world.instances.refresh();
    await this.world.watch();
  }
}
