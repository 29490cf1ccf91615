import { LanewayError } from '../../domain/base/errors.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';

/** Payloads in memory. */
export class MemoryPayloads implements PayloadStore {
  readonly texts = new Map<string, string>();

  async put(key: string, text: string): Promise<void> {
    this.texts.set(key, text);
    return Promise.resolve();
  }

  async get(key: string): Promise<string> {
    const text = this.texts.get(key);
    if (text === undefined) throw new LanewayError('NOT_FOUND', `the payload store has no '${key}'`);
    return Promise.resolve(text);
  }
}
