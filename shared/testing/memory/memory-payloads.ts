import { Buffer } from 'node:buffer';
import { LanewayError } from '../../domain/base/errors.js';
import { PAYLOAD_LIMIT_BYTES } from '../../domain/wire/json-form.js';
import { tooLong, type PayloadStore } from '../../domain/wire/payload-store.js';

/** Payloads in memory. */
export class MemoryPayloads implements PayloadStore {
  readonly texts = new Map<string, string>();

  async put(key: string, text: string): Promise<void> {
    this.texts.set(key, text);
    return Promise.resolve();
  }

  async get(key: string, most = PAYLOAD_LIMIT_BYTES): Promise<string> {
    const text = this.texts.get(key);
    if (text === undefined) throw new LanewayError('NOT_FOUND', `the payload store has no '${key}'`);
    // No text has fewer bytes than characters.
    if (text.length > most || Buffer.byteLength(text) > most) throw tooLong(key, most);
    return Promise.resolve(text);
  }
}
