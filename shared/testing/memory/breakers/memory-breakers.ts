import type { BreakerKey, BreakerRecord } from '../../../domain/breaker/breaker.js';
import type { BreakerStore, BreakerWrite } from '../../../domain/breaker/breaker-store.js';

/** Breakers in memory, kept as JSON; each write is one step. */
export class MemoryBreakers implements BreakerStore {
  readonly #kept = new Map<string, string>();
  readonly #written: (record: BreakerRecord, before: BreakerRecord | undefined) => void;

  /** @param written called at each write, as the stream of a table would tell it */
  constructor(written: (record: BreakerRecord, before: BreakerRecord | undefined) => void = () => undefined) {
    this.#written = written;
  }

  async get(key: BreakerKey): Promise<BreakerRecord | undefined> {
    return Promise.resolve(this.#standing(key));
  }

  async put(record: BreakerRecord): Promise<BreakerWrite> {
    const standing = this.#standing(record);
    if ((standing?.version ?? 0) === record.version - 1) {
      this.#kept.set(placeOf(record), JSON.stringify(record));
      this.#written(record, standing);
      return Promise.resolve({ kind: 'stored' });
    }
    const isRepeated = standing?.version === record.version && standing.writer === record.writer;
    return Promise.resolve(isRepeated ? { kind: 'stored' } : { kind: 'other', standing });
  }

  async of(agent: string): Promise<readonly BreakerRecord[]> {
    const all = [...this.#kept.values()].map((text) => JSON.parse(text) as BreakerRecord);
    return Promise.resolve(all.filter((one) => one.agent === agent).sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  #standing(key: BreakerKey): BreakerRecord | undefined {
    const text = this.#kept.get(placeOf(key));
    return text === undefined ? undefined : (JSON.parse(text) as BreakerRecord);
  }
}

function placeOf({ agent, name }: BreakerKey): string {
  return JSON.stringify([agent, name]);
}
