import type { Intent } from '../../domain/delivery/delivery.js';
import { slimIntent } from '../../domain/evidence/stored-payloads.js';
import type { DueIntent, IntentStore } from '../../domain/delivery/intent-store.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { MemoryLedger } from './memory-ledger.js';

/** Intents in memory; big payloads go to the payload store, as with DynamoDB. */
export class MemoryIntents implements IntentStore {
  readonly #ledger: MemoryLedger;
  readonly #payloads: PayloadStore;
  readonly #intents = new Map<string, { readonly due: number; readonly text: string }>();

  constructor(ledger: MemoryLedger, payloads: PayloadStore) {
    this.#ledger = ledger;
    this.#payloads = payloads;
  }

  async record(intents: readonly Intent[], due: number): Promise<void> {
    for (const { envelope, expected } of intents) {
      // What is recorded may have more about it, such as the token of a workflow that waits.
      const intent = await slimIntent({ envelope, expected }, this.#payloads);
      const { id, correlationid, time } = intent.envelope;
      this.#ledger.put(correlationid, { kind: 'message', at: time, intent });
      const text = JSON.stringify({ ...intent, due } satisfies DueIntent);
      this.#intents.set(`${correlationid}#${id}`, { due, text });
    }
  }

  /** Removes the intent of a message. */
  forget(correlationId: string, messageId: string): void {
    this.#intents.delete(`${correlationId}#${messageId}`);
  }

  async *due(after: number, until: number): AsyncGenerator<DueIntent> {
    const stored = [...this.#intents.values()].filter((intent) => intent.due > after && intent.due <= until);
    const due = stored.map(({ text }) => JSON.parse(text) as DueIntent);
    yield* await Promise.resolve(due.sort((a, b) => a.due - b.due || (a.envelope.id < b.envelope.id ? -1 : 1)));
  }
}
