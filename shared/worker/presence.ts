import { randomBytes } from 'node:crypto';
import { hostname, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceLease } from '../agent/registry/instance-lease.js';
import { defined } from '../domain/base/defined.js';
import { summarizeError } from '../domain/base/errors.js';
import type { InstanceState } from '../domain/registry/instance.js';
import { BEAT_EVERY_MS } from '../domain/registry/lifecycle.js';
import type { RecentTries } from '../domain/selection/recent-tries.js';

/** Longest wait at the end of a worker for the registry to take its leave, milliseconds. */
const LEAVE_MS = 5_000;

/** Calls of a presence to its worker. */
export interface PresenceEvents {
  /** Messages of an agent that are in hand. */
  readonly tasksOf: (agent: string) => number;
  /** An agent may take messages again, or is to take none. */
  readonly changed: () => void;
  /** Another instance has the name of this one. */
  readonly replaced: () => void;
  /** Says what went wrong; the next heartbeat tries again. */
  readonly warn: (text: string) => void;
  /** Calls again and again, every so many milliseconds. @returns a call that ends it */
  readonly repeat?: (run: () => void, ms: number) => () => void;
}

/** An agent of a worker, as the registry knows it. */
export interface PresentAgent {
  /** Its place in the registry. */
  readonly lease: InstanceLease;
  /** Probes its health, until nobody asks any more. @returns the reason for which it is ill */
  readonly probe: (ending: AbortSignal) => Promise<string | undefined>;
  /** Its last tries. */
  readonly tries: RecentTries;
}

/** Presence of a worker in the registry: one instance of each of its agents, all under one name. */
export class Presence {
  readonly #agents: readonly PresentAgent[];
  /** Reasons for which agents are ill, as of the last heartbeat. */
  readonly #ill = new Map<string, string>();
  /** Heartbeats that are under way. */
  readonly #beating = new Map<PresentAgent, Promise<void>>();
  readonly #ending = new AbortController();
  #state: InstanceState = 'ready';
  #end: () => void = () => undefined;

  /**
   * @param beatEvery interval of heartbeats, milliseconds
   * @param leaveMs longest wait for the registry to take its leave, milliseconds
   */
  constructor(
    agents: readonly PresentAgent[],
    private readonly beatEvery: number = BEAT_EVERY_MS,
    private readonly leaveMs: number = LEAVE_MS,
  ) {
    this.#agents = agents;
  }

  /** Name of the instance; undefined for a worker without agents. */
  get instance(): string | undefined {
    return this.#agents[0]?.lease.registration.instance;
  }

  /** True while an operator has the agent take nothing new. */
  isDrained(agent: string): boolean {
    return this.#agents.some(({ lease }) => lease.registration.agent === agent && lease.isDrained);
  }

  /** Reason for which the agent is ill, by its own probe; undefined while it is well. */
  illnessOf(agent: string): string | undefined {
    return this.#ill.get(agent);
  }

  /** False while an operator has the agent take nothing new, and while it is ill. */
  takes(agent: string): boolean {
    return !this.isDrained(agent) && !this.#ill.has(agent);
  }

  /**
   * Registers, and beats again and again from then on, each agent by itself: one whose heartbeat takes long keeps no other silent.
   * While the registry is not to be reached, the worker works without it.
   * @throws LanewayError INVALID_OPTION, FOREIGN_HEARTBEAT
   */
  async begin(events: PresenceEvents): Promise<void> {
    await this.#all((one) =>
      this.#next(one, events, (error) => {
        throw error;
      }),
    );
    this.#end = (events.repeat ?? repeat)(() => {
      // One that takes long is waited for.
      for (const one of this.#agents) if (!this.#beating.has(one)) void this.#next(one, events);
    }, this.beatEvery);
  }

  /** Says that it takes nothing new, and ends what it has in hand. */
  async drain(events: PresenceEvents): Promise<void> {
    this.#state = 'draining';
    this.#ending.abort();
    await this.#all((one) => this.#next(one, events));
  }

  /** Beats no more, and says that it is gone. */
  async leave({ warn }: Pick<PresenceEvents, 'warn'>): Promise<void> {
    this.#end();
    this.#ending.abort();
    const left = this.#all(async (one) => {
      await this.#beating.get(one)?.catch(() => undefined);
      await one.lease.leave();
    });
    left.catch((error: unknown) => warn(`the registry was not told of the end: ${summarizeError(error).message}`));
    const over = new AbortController();
    await Promise.race([
      left.catch(() => undefined),
      sleep(this.leaveMs, undefined, { signal: over.signal }).catch(() => undefined),
    ]);
    over.abort();
  }

  async #all(call: (one: PresentAgent) => Promise<void>): Promise<void> {
    await Promise.all(this.#agents.map(call));
  }

  /** A heartbeat of an agent, after that which is under way. */
  async #next(
    one: PresentAgent,
    events: PresenceEvents,
    refused = (_error: unknown): void => undefined,
  ): Promise<void> {
    const before = this.#beating.get(one)?.catch(() => undefined);
    const beating = (before ?? Promise.resolve()).then(() => this.#beat(one, events, refused));
    this.#beating.set(one, beating);
    try {
      await beating;
    } finally {
      if (this.#beating.get(one) === beating) this.#beating.delete(one);
    }
  }

  async #beat(one: PresentAgent, events: PresenceEvents, refused: (error: unknown) => void): Promise<void> {
    const { lease, tries } = one;
    const { agent, instance } = lease.registration;
    const took = this.takes(agent);
    const ill = await this.#illness(one, events);
    try {
      const report = { ...tries.counts(), memory: memoryShare(), ...defined({ ill }) };
      await lease.beat(events.tasksOf(agent), this.#state, report);
    } catch (error) {
      const summary = summarizeError(error);
      events.warn(`instance ${instance} of ${agent} could not beat: ${summary.message}`);
      if (!summary.retryable) refused(error);
    }
    if (lease.isReplaced) {
      events.warn(`instance ${instance} of ${agent} was replaced by another of that name, and ends`);
      events.replaced();
    }
    if (this.takes(agent) !== took) events.changed();
  }

  /** Probes an agent that may still take messages. @returns the reason for which it is ill */
  async #illness({ lease, probe }: PresentAgent, events: PresenceEvents): Promise<string | undefined> {
    const { agent } = lease.registration;
    const { signal } = this.#ending;
    const known = this.#ill.get(agent);
    const ill = signal.aborted ? known : await probe(signal);
    if (signal.aborted) return known;
    if (ill !== undefined && known !== ill) events.warn(`${agent} is ill, and takes nothing new: ${ill}`);
    if (ill === undefined) this.#ill.delete(agent);
    else this.#ill.set(agent, ill);
    return ill;
  }
}

/** Share of the memory that this process may have which it has taken, from 0 to 1. */
export function memoryShare(): number {
  const constrained = process.constrainedMemory();
  const most = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return Math.min(1, Math.round((1_000 * process.memoryUsage.rss()) / most) / 1_000);
}

/** A name for an instance: that of its machine, and what tells its processes apart. */
export function instanceName(machine = hostname()): string {
  const known = machine.replace(/[^\w.:-]/g, '-').slice(0, 48) || 'worker';
  return `${known}-${randomBytes(4).toString('hex')}`;
}

function repeat(run: () => void, ms: number): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}
