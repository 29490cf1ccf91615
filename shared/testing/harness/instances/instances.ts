import type { BoundAgent } from '../../../agent/create-agent.js';
import { InstanceLease, registrationOf, type InstanceFacts } from '../../../agent/registry/instance-lease.js';
import { probeHealth } from '../../../agent/registry/probe-health.js';
import type { Clock } from '../../../domain/base/clock.js';
import { defined } from '../../../domain/base/defined.js';
import { LanewayError, summarizeError, unknownName } from '../../../domain/base/errors.js';
import type { Ports } from '../../../domain/ports.js';
import type { AgentFunctions } from '../../../domain/registry/function-state.js';
import { checkRegistration, MOST_TASKS } from '../../../domain/registry/instance.js';
import { beatEvery } from '../../../domain/registry/lifecycle.js';
import { RecentTries } from '../../../domain/selection/recent-tries.js';
import type { Topology } from '../../../topology/topology.js';
import type { MemoryLanes } from '../../memory/memory-lanes.js';
import { MemoryRegistry } from '../../memory/registry/memory-registry.js';
import type { ProcessHost } from '../mortal-process.js';

/** Facts of an instance that is started in a harness. */
export type StartOptions = Partial<Omit<InstanceFacts, 'maxConcurrentTasks'>> & {
  /** Messages that it handles side by side at most. @defaultValue 8 */
  readonly maxConcurrentTasks?: number;
};

/** World that instances run in. */
export interface InstancesWorld {
  readonly clock: Clock;
  readonly topology: Topology;
  readonly agents: readonly BoundAgent[];
  readonly lanes: MemoryLanes;
  /** True for an agent in quarantine. */
  readonly isHeld: (agent: string) => boolean;
  /** The registry as a new process of an instance reaches it. */
  readonly registryOf: (agent: string, host: ProcessHost) => Ports['registry'];
}

/** Name of the instance that a world gives an agent which runs as a worker, until a test starts others. */
const OWN_INSTANCE = 'own';
const DEFAULT_TASKS = 8;

/** One process of an agent that runs as a worker. */
class Instance implements ProcessHost {
  alive = true;
  tasks = 0;
  /** Reason for which it is ill, by its own probe, as of its last heartbeat. */
  ill: string | undefined;
  /** Instant of the next heartbeat, milliseconds since 1970. */
  next: number;

  constructor(
    readonly lease: InstanceLease,
    readonly most: number,
    readonly tries: RecentTries,
    now: number,
  ) {
    this.next = now;
  }

  get name(): string {
    return this.lease.registration.instance;
  }

  get isPresent(): boolean {
    return this.alive && !this.lease.isReplaced;
  }

  get takes(): boolean {
    return this.isPresent && !this.lease.isDrained && this.ill === undefined;
  }

  die(): void {
    this.alive = false;
  }
}

/** Instances of the agents of a world in memory: those that a test starts, else one for each agent that runs as a worker. */
export class Instances implements AgentFunctions {
  readonly registry: MemoryRegistry;
  readonly #world: InstancesWorld;
  readonly #present: ReadonlyMap<string, BoundAgent>;
  readonly #byAgent = new Map<string, Instance[]>();
  /** Instances that the world itself gives agents, made when somebody asks for them. */
  readonly #own = new Map<string, Instance>();

  constructor(world: InstancesWorld) {
    this.#world = world;
    this.registry = new MemoryRegistry(world.clock);
    this.#present = new Map(world.agents.map((bound) => [bound.agent.id, bound]));
  }

  /** True once a test has started one, and where an agent has a probe of its health. */
  get isUsed(): boolean {
    return this.#byAgent.size > 0 || [...this.#present.values()].some(({ agent }) => agent.health !== undefined);
  }

  /** Time of the next heartbeat of a started instance, milliseconds since 1970; undefined without any. */
  get next(): number | undefined {
    const times = [...this.#byAgent.values()].flat().flatMap((one) => (one.alive ? [one.next] : []));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** @throws LanewayError UNKNOWN_AGENT, UNKNOWN_CAPABILITY, INVALID_OPTION for an agent on Lambda or one that was not given */
  async start(
    agent: string,
    { maxConcurrentTasks = DEFAULT_TASKS, instance, ...facts }: StartOptions,
  ): Promise<string> {
    const started = this.#byAgent.get(agent) ?? [];
    const name = instance ?? `${agent}-${started.length + 1}`;
    const made = this.#make(agent, { ...facts, instance: name, maxConcurrentTasks });
    if (this.#world.topology.model.agents[agent]?.runs !== 'worker' || !this.#present.has(agent)) {
      throw new LanewayError('INVALID_OPTION', `an instance of agent '${agent}' was to start`, {
        help: ["allowed: of an agent with runs: 'worker' that the harness was given"],
      });
    }
    await this.#beat(made);
    this.#byAgent.set(agent, [...started, made]);
    return name;
  }

  /** Ends an instance at once, as SIGKILL does: what it has in hand comes again. @throws LanewayError UNKNOWN_INSTANCE */
  kill(agent: string, instance: string): void {
    this.#find(agent, instance).die();
  }

  /** Ends an instance as SIGTERM does, with nothing in hand. @throws LanewayError UNKNOWN_INSTANCE */
  async stop(agent: string, instance: string): Promise<void> {
    const found = this.#find(agent, instance);
    await found.lease.beat(0, 'draining');
    await found.lease.leave();
    found.die();
  }

  /** Beats for every started instance whose time has come. */
  async beat(): Promise<void> {
    const now = this.#world.clock.now();
    for (const one of [...this.#byAgent.values()].flat()) if (one.alive && one.next <= now) await this.#beat(one);
  }

  /** Beats for the instances that the world gives, before somebody looks: they have no time of their own. */
  async refresh(): Promise<void> {
    for (const { id, runs } of Object.values(this.#world.topology.model.agents)) {
      if (runs !== 'worker' || !this.#present.has(id) || this.#byAgent.has(id)) continue;
      const own = this.#own.get(id) ?? this.#make(id, { instance: OWN_INSTANCE, maxConcurrentTasks: DEFAULT_TASKS });
      this.#own.set(id, own);
      await this.#beat(own);
    }
  }

  /** Has the instances of an agent heed what an operator has ordered, without their next heartbeat. */
  async heed(agent: string): Promise<void> {
    for (const one of this.#byAgent.get(agent) ?? []) if (one.alive) await this.#beat(one);
  }

  /** True for an instance that neither a test nor a fault has ended. @throws LanewayError UNKNOWN_INSTANCE */
  isAlive(agent: string, instance: string): boolean {
    return this.#find(agent, instance).alive;
  }

  /**
   * False while nobody receives for an agent, as it or all of its instances are drained or dead.
   * @param always true for a lane that no drain stops
   */
  takes(agent: string, always = false): boolean {
    if (this.registry.isDrained(agent) && !always) return false;
    const taking = this.#taking(agent, always);
    return taking ? taking.length > 0 : always || this.#own.get(agent)?.ill === undefined;
  }

  /** Started instances that receive; undefined where a test has started none. */
  #taking(agent: string, always: boolean): readonly Instance[] | undefined {
    return this.#byAgent.get(agent)?.filter((one) => (always ? one.isPresent : one.takes));
  }

  /** Notes a try of a handler that has ended. @param host instance that made it; the agent's own one without */
  tried(agent: string, host: ProcessHost | undefined, isGood: boolean): void {
    const by = this.#byAgent.get(agent)?.find((one) => one === host) ?? this.#own.get(agent);
    by?.tries.note(isGood);
  }

  /** Messages that one instance of an agent can take now. */
  room(agent: string, always = false): number {
    const started = this.#taking(agent, always);
    return started ? Math.max(0, ...started.map(({ most, tasks }) => most - tasks)) : MOST_TASKS;
  }

  /** Has the instance with the most room run something; undefined where the agent has none of its own. */
  async run(
    { agent, tasks, always }: { readonly agent: string; readonly tasks: number; readonly always: boolean },
    work: (host: ProcessHost | undefined) => Promise<void>,
  ): Promise<void> {
    const started = this.#taking(agent, always) ?? [];
    const [one] = started.toSorted((a, b) => b.most - b.tasks - (a.most - a.tasks) || a.name.localeCompare(b.name));
    if (!one) return work(undefined);
    one.tasks += tasks;
    // Equal ones have their turns.
    this.#byAgent.set(agent, [...(this.#byAgent.get(agent) ?? []).filter((other) => other !== one), one]);
    try {
      await work(one);
    } finally {
      one.tasks -= tasks;
    }
  }

  stateOf(agent: string): ReturnType<AgentFunctions['stateOf']> {
    const { isHeld, lanes } = this.#world;
    const queues = [...lanes.lanes(agent)].map(([, queue]) => queue);
    const size = queues.reduce((sum, queue) => sum + queue.size, 0);
    const waiting = queues.reduce((sum, queue) => sum + queue.depth, 0);
    const isOff = !this.#present.has(agent) || isHeld(agent) || this.registry.isDrained(agent);
    const mappings = queues.length;
    return Promise.resolve({
      ...{ state: 'active', mappings, enabled: isOff ? 0 : mappings, waiting, inHand: size - waiting },
    });
  }

  #make(agent: string, facts: InstanceFacts): Instance {
    const { clock, topology, registryOf } = this.#world;
    const registration = registrationOf(topology.model, agent, facts, clock.now());
    checkRegistration(registration);
    const made: Instance = new Instance(
      // Each heartbeat is one of a process, which faults may strike and a quarantine refuses.
      new InstanceLease(registration, {
        clock,
        get registry() {
          return registryOf(agent, made);
        },
      }),
      facts.maxConcurrentTasks,
      new RecentTries(clock),
      clock.now(),
    );
    return made;
  }

  async #beat(one: Instance): Promise<void> {
    one.next = this.#world.clock.now() + beatEvery(this.#world.topology.model.heartbeat);
    const bound = this.#present.get(one.lease.registration.agent);
    one.ill = bound && (await probeHealth(bound));
    try {
      await one.lease.beat(one.tasks, 'ready', { ...one.tries.counts(), ...defined({ ill: one.ill }) });
    } catch (error) {
      // The next heartbeat tries again, as a worker's does.
      if (!summarizeError(error).retryable) throw error;
    }
    if (one.lease.isReplaced) one.die();
  }

  #find(agent: string, instance: string): Instance {
    const started = this.#byAgent.get(agent) ?? [];
    const found = started.findLast(({ name }) => name === instance);
    if (found) return found;
    const known = started.map(({ name }) => name);
    throw unknownName('UNKNOWN_INSTANCE', `'${instance}' is no instance of '${agent}'`, instance, known, 'the harness');
  }
}
