import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { LinkSigner } from '../../domain/request/approval-link.js';

/** Address that links of approvals begin with; nothing answers there but the harness itself. */
export const LINK_BASE = 'https://approvals.invalid';

/** Signs with a random key of its own. */
export class MemoryLinkSigner implements LinkSigner {
  readonly #key = randomBytes(32);

  async sign(text: string): Promise<string> {
    return Promise.resolve(this.#code(text).toString('base64url'));
  }

  async verify(text: string, signature: string): Promise<boolean> {
    const [own, given] = [this.#code(text), Buffer.from(signature, 'base64url')];
    return Promise.resolve(own.length === given.length && timingSafeEqual(own, given));
  }

  #code(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}
