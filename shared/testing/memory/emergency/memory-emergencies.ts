import type { Emergency, EmergencyStore } from '../../../domain/emergency/emergency.js';
import { jsonCopy } from '../json-copy.js';

/** Emergencies in memory. */
export class MemoryEmergencies implements EmergencyStore {
  #latest: Emergency | undefined;

  async latest(): Promise<Emergency | undefined> {
    return Promise.resolve(this.#latest && jsonCopy(this.#latest));
  }

  async write(emergency: Emergency): Promise<boolean> {
    const isNext = emergency.turn === (this.#latest?.turn ?? 0) + 1;
    if (isNext) this.#latest = jsonCopy(emergency);
    return Promise.resolve(isNext);
  }
}
