import type { Clock } from '../../../domain/base/clock.js';
import { givesWay } from '../../../domain/emergency/emergency.js';
import type { Drain } from '../../../domain/registry/drain.js';
import type { AgentHealth } from '../../../domain/registry/health.js';
import {
  beaten,
  checkRegistration,
  MOST_INSTANCES,
  registered,
  type Heartbeat,
  type InstanceClaim,
  type Registration,
} from '../../../domain/registry/instance.js';
import { REGISTRY_KEPT_MS, type RegisteredAgent, type Registry } from '../../../domain/registry/registry.js';
import type { InstanceStanding } from '../../../domain/registry/standing.js';

interface Kept<Value> {
  readonly value: Value;
  /** Instant from which it is gone, milliseconds since 1970. */
  readonly until: number;
}

/** Registry in memory. */
export class MemoryRegistry implements Registry {
  readonly #claims = new Map<string, Kept<InstanceClaim>>();
  readonly #standings = new Map<string, Kept<InstanceStanding>>();
  readonly #drains = new Map<string, Drain>();
  readonly #health = new Map<string, AgentHealth>();

  constructor(private readonly clock: Clock) {}

  async register(registration: Registration): Promise<InstanceClaim> {
    checkRegistration(registration);
    return Promise.resolve(this.#claim(registered(registration, this.#at(this.#claims, keyOf(registration)))));
  }

  async beat(heartbeat: Heartbeat): Promise<void> {
    await Promise.resolve();
    this.#claim(beaten(heartbeat, this.#at(this.#claims, keyOf(heartbeat))));
  }

  async drainsOf(agent: string): Promise<readonly Drain[]> {
    return Promise.resolve([...this.#drains.values()].filter((one) => one.agent === agent));
  }

  async of(agent: string): Promise<RegisteredAgent> {
    const [claims, standings] = [this.#present(this.#claims, agent), this.#present(this.#standings, agent)];
    return { claims, standings, drains: await this.drainsOf(agent) };
  }

  async stand(standing: InstanceStanding, before: InstanceStanding | undefined): Promise<boolean> {
    const now = this.#at(this.#standings, keyOf(standing));
    if (now?.looked !== before?.looked || now?.transition !== before?.transition) return Promise.resolve(false);
    this.#standings.set(keyOf(standing), this.#kept(standing));
    return Promise.resolve(true);
  }

  async told({ agent, instance, transition }: InstanceStanding): Promise<void> {
    const key = keyOf({ agent, instance });
    const now = this.#at(this.#standings, key);
    if (now?.transition === transition) this.#standings.set(key, this.#kept({ ...now, told: true }));
    return Promise.resolve();
  }

  async health(): Promise<readonly AgentHealth[]> {
    return Promise.resolve([...this.#health.values()]);
  }

  async assess(health: AgentHealth, before: AgentHealth | undefined): Promise<boolean> {
    const now = this.#health.get(health.agent);
    if (now?.changes !== before?.changes || now?.untold.length !== before?.untold.length) return Promise.resolve(false);
    this.#health.set(health.agent, health);
    return Promise.resolve(true);
  }

  async drain(drain: Drain): Promise<Drain> {
    const standing = this.#drains.get(keyOf(drain));
    if (standing && !givesWay(standing, drain)) return Promise.resolve(standing);
    this.#drains.set(keyOf(drain), drain);
    return Promise.resolve(drain);
  }

  async resume(of: Pick<Drain, 'agent' | 'instance'>): Promise<Drain | undefined> {
    const ended = this.#drains.get(keyOf(of));
    this.#drains.delete(keyOf(of));
    return Promise.resolve(ended);
  }

  /** True while an agent, or one instance of it, is drained. */
  isDrained(agent: string, instance?: string): boolean {
    if (this.#drains.size === 0) return false;
    return (
      this.#drains.has(keyOf({ agent })) || (instance !== undefined && this.#drains.has(keyOf({ agent, instance })))
    );
  }

  #claim(claim: InstanceClaim): InstanceClaim {
    this.#claims.set(keyOf(claim), this.#kept(claim));
    return claim;
  }

  #kept<Value>(value: Value): Kept<Value> {
    return { value, until: this.clock.now() + REGISTRY_KEPT_MS };
  }

  #at<Value>(kept: ReadonlyMap<string, Kept<Value>>, key: string): Value | undefined {
    const found = kept.get(key);
    return found && found.until > this.clock.now() ? found.value : undefined;
  }

  #present<Value extends { readonly agent: string; readonly instance: string }>(
    kept: ReadonlyMap<string, Kept<Value>>,
    agent: string,
  ): readonly Value[] {
    return [...kept.values()]
      .filter(({ value, until }) => value.agent === agent && until > this.clock.now())
      .map(({ value }) => value)
      .sort((a, b) => (a.instance < b.instance ? -1 : 1))
      .slice(0, MOST_INSTANCES);
  }
}

function keyOf({ agent, instance = '' }: { readonly agent: string; readonly instance?: string }): string {
  return `${agent}#${instance}`;
}
