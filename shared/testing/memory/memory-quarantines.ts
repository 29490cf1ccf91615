import {
  isInForce,
  type HeldTime,
  type HeldTimes,
  partyName,
  type Party,
  type Quarantine,
  type QuarantineStore,
} from '../../domain/quarantine/quarantine.js';

/** Quarantines in memory. */
export class MemoryQuarantines implements QuarantineStore, HeldTimes {
  /** Latest quarantine by party. */
  readonly #byParty = new Map<string, Quarantine>();
  /** Times that are over, by party. */
  readonly #held = new Map<string, HeldTime[]>();

  async all(): Promise<readonly Quarantine[]> {
    return Promise.resolve(this.present);
  }

  async begin(quarantine: Quarantine): Promise<Quarantine> {
    const standing = this.#byParty.get(partyName(quarantine));
    if (standing && isInForce(standing)) return Promise.resolve(standing);
    this.#byParty.set(partyName(quarantine), quarantine);
    return Promise.resolve(quarantine);
  }

  async end(party: Party, at: string): Promise<Quarantine | undefined> {
    const standing = this.#byParty.get(partyName(party));
    if (!standing || !isInForce(standing)) return Promise.resolve(undefined);
    const ended = { ...standing, released: at };
    this.#byParty.set(partyName(party), ended);
    const held = { since: standing.since, until: at };
    this.#held.set(partyName(party), [...(this.#held.get(partyName(party)) ?? []), held]);
    return Promise.resolve(ended);
  }

  async of(agent: string): Promise<readonly HeldTime[]> {
    return Promise.resolve(this.#held.get(`agent.${agent}`) ?? []);
  }

  /** All of them as they stand now. */
  get present(): readonly Quarantine[] {
    return [...this.#byParty.values()];
  }

  /** True for a party that is or was cut off. */
  knows(party: string): boolean {
    return this.#byParty.has(party);
  }

  /** True while a party is cut off. */
  holds(party: string): boolean {
    const standing = this.#byParty.get(party);
    return standing !== undefined && isInForce(standing);
  }
}
