import { deferredReplyFrom } from '../../domain/request/deferred-form.js';
import type { DeferredReply, DeferredReplyStore } from '../../domain/request/deferred-replies.js';

/** Replies put off, in memory. */
export class MemoryDeferredReplies implements DeferredReplyStore {
  readonly #replies = new Map<string, string>();
  /** Keys of the commands of a conversation. */
  readonly #byConversation = new Map<string, string[]>();

  async put(later: DeferredReply): Promise<void> {
    const key = keyOf(later.agent, later.command, later.key);
    const conversation = later.envelope.correlationid;
    this.#replies.set(key, JSON.stringify(later));
    this.#byConversation.set(conversation, [...(this.#byConversation.get(conversation) ?? []), key]);
    return Promise.resolve();
  }

  async get(agent: string, command: string, key: string): Promise<DeferredReply | undefined> {
    const text = this.#replies.get(keyOf(agent, command, key));
    if (text === undefined) return Promise.resolve(undefined);
    const { envelope, ...rest } = JSON.parse(text) as DeferredReply;
    return Promise.resolve(deferredReplyFrom({ ...rest, text: JSON.stringify(envelope) }));
  }

  /** Removes what was put off in a conversation. */
  forget(correlationId: string): void {
    for (const key of this.#byConversation.get(correlationId) ?? []) this.#replies.delete(key);
    this.#byConversation.delete(correlationId);
  }
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
