import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceLease } from '../agent/registry/instance-lease.js';
import { summarizeError } from '../domain/base/errors.js';
import type { InstanceState } from '../domain/registry/instance.js';
import { BEAT_EVERY_MS } from '../domain/registry/lifecycle.js';

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

/** Presence of a worker in the registry: one instance of each of its agents, all under one name. */
export class Presence {
  readonly #leases: readonly InstanceLease[];
  #state: InstanceState = 'ready';
  #beating: Promise<void> | undefined;
  #end: () => void = () => undefined;

  /** @param beatEvery interval of heartbeats, milliseconds */
  constructor(
    leases: readonly InstanceLease[],
    private readonly beatEvery: number = BEAT_EVERY_MS,
  ) {
    this.#leases = leases;
  }

  /** Name of the instance; undefined for a worker without agents. */
  get instance(): string | undefined {
    return this.#leases[0]?.registration.instance;
  }

  /** False while an operator has the agent take nothing new. */
  takes(agent: string): boolean {
    return !this.#leases.some(({ registration, isDrained }) => registration.agent === agent && isDrained);
  }

  /**
   * Registers, and beats again and again from then on. While the registry is not to be reached, the worker works without it.
   * @throws LanewayError INVALID_OPTION, FOREIGN_HEARTBEAT
   */
  async begin(events: PresenceEvents): Promise<void> {
    await this.#beat(events, (error) => {
      throw error;
    });
    this.#end = (events.repeat ?? repeat)(() => void this.#again(events), this.beatEvery);
  }

  /** Says that it takes nothing new, and ends what it has in hand. */
  async drain(events: PresenceEvents): Promise<void> {
    this.#state = 'draining';
    await this.#again(events);
  }

  /** Beats no more, and says that it is gone. */
  async leave({ warn }: Pick<PresenceEvents, 'warn'>): Promise<void> {
    this.#end();
    await this.#beating;
    const left = Promise.all(this.#leases.map((lease) => lease.leave()));
    left.catch((error: unknown) => warn(`the registry was not told of the end: ${summarizeError(error).message}`));
    const over = new AbortController();
    await Promise.race([
      left.catch(() => undefined),
      sleep(LEAVE_MS, undefined, { signal: over.signal }).catch(() => undefined),
    ]);
    over.abort();
  }

  /** One heartbeat at a time: one that takes long is waited for. */
  async #again(events: PresenceEvents): Promise<void> {
    this.#beating = (this.#beating ?? Promise.resolve()).then(() => this.#beat(events, () => undefined));
    await this.#beating;
  }

  async #beat(events: PresenceEvents, refused: (error: unknown) => void): Promise<void> {
    const before = this.#leases.map(({ isDrained }) => isDrained);
    for (const lease of this.#leases) {
      const { agent, instance } = lease.registration;
      try {
        await lease.beat(events.tasksOf(agent), this.#state);
      } catch (error) {
        const summary = summarizeError(error);
        events.warn(`instance ${instance} of ${agent} could not beat: ${summary.message}`);
        if (!summary.retryable) refused(error);
      }
      if (!lease.isReplaced) continue;
      events.warn(`instance ${instance} of ${agent} was replaced by another of that name, and ends`);
      events.replaced();
    }
    if (this.#leases.some(({ isDrained }, index) => isDrained !== before[index])) events.changed();
  }
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
