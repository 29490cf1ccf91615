import type { ChainHead } from '../../../domain/evidence/ledger-chain.js';
import type { ChainStore, Seal, SealStore } from '../../../domain/evidence/seal.js';

/** Heads of chains and their seals in memory. */
export class MemoryChains implements ChainStore, SealStore {
  readonly #heads = new Map<string, string>();
  readonly #kept = new Map<number, string>();
  #last: string | undefined;

  async head(chain: string): Promise<ChainHead | undefined> {
    return Promise.resolve(this.#stands(chain));
  }

  async heads(): Promise<ChainHead[]> {
    const names = [...this.#heads.keys()].sort();
    return Promise.resolve(names.map((name) => JSON.parse(this.#heads.get(name) ?? '') as ChainHead));
  }

  async advance(from: ChainHead | undefined, to: ChainHead): Promise<boolean> {
    // Looked at and written in one go, as a conditional write is.
    const stands = this.#stands(to.chain);
    const holds = stands?.number === from?.number && stands?.digest === from?.digest;
    if (holds) this.#heads.set(to.chain, JSON.stringify(to));
    return Promise.resolve(holds);
  }

  async lastSeal(): Promise<Seal | undefined> {
    return Promise.resolve(this.#lastNow());
  }

  async nextSeal(seal: Seal): Promise<boolean> {
    const holds = seal.number === (this.#lastNow()?.number ?? 0) + 1;
    if (holds) this.#last = JSON.stringify(seal);
    return Promise.resolve(holds);
  }

  async keep(seal: Seal): Promise<void> {
    if (!this.#kept.has(seal.number)) this.#kept.set(seal.number, JSON.stringify(seal));
    return Promise.resolve();
  }

  async *seals(from = ''): AsyncIterable<Seal> {
    for (const number of [...this.#kept.keys()].sort((a, b) => a - b)) {
      const seal = await Promise.resolve(JSON.parse(this.#kept.get(number) ?? '') as Seal);
      if (seal.at.slice(0, 10) >= from) yield seal;
    }
  }

  #stands(chain: string): ChainHead | undefined {
    const text = this.#heads.get(chain);
    return text === undefined ? undefined : (JSON.parse(text) as ChainHead);
  }

  #lastNow(): Seal | undefined {
    return this.#last === undefined ? undefined : (JSON.parse(this.#last) as Seal);
  }
}
