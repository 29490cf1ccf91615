import type { LaterReply, LaterStore } from '../domain/ports.js';

/** Replies put off, in memory. */
export class MemoryLater implements LaterStore {
  readonly #replies = new Map<string, string>();

  async put(later: LaterReply): Promise<void> {
    this.#replies.set(keyOf(later.agent, later.command, later.key), JSON.stringify(later));
    return Promise.resolve();
  }

  async get(agent: string, command: string, key: string): Promise<LaterReply | undefined> {
    const text = this.#replies.get(keyOf(agent, command, key));
    return Promise.resolve(text === undefined ? undefined : (JSON.parse(text) as LaterReply));
  }
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
