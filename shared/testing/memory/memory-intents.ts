import { bodyDigest } from '../../domain/delivery/claim-check.js';
import { defined } from '../../domain/base/defined.js';
import type { Intent } from '../../domain/delivery/delivery.js';
import { checkEntry } from '../../domain/evidence/entry-form.js';
import { writerOfSource } from '../../domain/wire/writers.js';
import { slimIntent } from '../../domain/evidence/stored-payloads.js';
import type { DueIntent, IntentStore } from '../../domain/delivery/intent-store.js';
import { readOrPass } from '../../domain/form/passed-over.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { DueIndex } from './due/due-index.js';
import type { MemoryLedger } from './memory-ledger.js';

type MessageKey = Pick<Envelope, 'source' | 'correlationid' | 'id'>;

/** Each writer has its own: none can take the id of another's message. */
function keyOf({ source, correlationid, id }: MessageKey): string {
  return `${writerOfSource(source)}#${correlationid}#${id}`;
}

/** Intents in memory; big payloads go to the payload store, as with DynamoDB. */
export class MemoryIntents implements IntentStore {
  /** Called with the key of an intent and the instant from which it is due, each time it is recorded. */
  recorded: (key: string, due: number) => void = () => undefined;
  readonly #ledger: MemoryLedger;
  readonly #payloads: PayloadStore;
  /** Keys of what {@link spoil} has put. */
  readonly #spoilt = new Set<string>();
  readonly #intents = new Map<string, { readonly body: string; readonly text: string }>();
  readonly #due = new DueIndex<string>();

  constructor(ledger: MemoryLedger, payloads: PayloadStore) {
    this.#ledger = ledger;
    this.#payloads = payloads;
  }

  async record(intents: readonly Intent[], due: number): Promise<readonly Intent[] | undefined> {
    const others: Intent[] = [];
    for (const { envelope, expected, choice } of intents) {
      // What is recorded may have more about it, such as the token of a workflow that waits.
      const intent = await slimIntent({ envelope, expected, ...defined({ choice }) }, this.#payloads);
      const { correlationid, time } = intent.envelope;
      const key = keyOf(intent.envelope);
      const body = bodyDigest(intent.envelope);
      const first = this.#intents.get(key);
      if (first && first.body !== body) {
        const { due: _due, ...stands } = JSON.parse(first.text) as DueIntent;
        others.push(stands);
        continue;
      }
      this.#ledger.put(correlationid, { kind: 'message', at: time, intent });
      const text = JSON.stringify({ ...intent, due } satisfies DueIntent);
      this.#intents.set(key, { body, text });
      this.#due.set(key, due, intent.envelope.id);
      this.recorded(key, due);
    }
    return others.length === 0 ? undefined : others;
  }

  /** Puts something else in the place of an intent, as a writer that was taken over may. */
  spoil(envelope: MessageKey, by: unknown): void {
    const key = keyOf(envelope);
    const stands = this.#intents.get(key);
    if (!stands) return;
    this.#intents.set(key, { ...stands, text: JSON.stringify(by) });
    this.#spoilt.add(key);
  }

  /** Removes the intent of a message. */
  forget(envelope: MessageKey): void {
    this.#intents.delete(keyOf(envelope));
    this.#due.delete(keyOf(envelope));
  }

  async find(message: MessageKey): Promise<Intent | undefined> {
    const text = this.#intents.get(keyOf(message))?.text;
    if (text === undefined) return Promise.resolve(undefined);
    const { due: _due, ...intent } = JSON.parse(text) as DueIntent;
    return Promise.resolve(intent);
  }

  async *due(after: number, until: number): AsyncGenerator<DueIntent> {
    for (const key of this.#due.range(after, until)) {
      const intent = await Promise.resolve(this.read(key));
      if (intent !== undefined) yield intent;
    }
  }

  /** The intent of a key; undefined when there is none, and for one that cannot be read, which is passed over. */
  read(key: string): DueIntent | undefined {
    const text = this.#intents.get(key)?.text;
    if (text === undefined) return undefined;
    const read = JSON.parse(text) as DueIntent;
    if (!this.#spoilt.has(key)) return read;
    return readOrPass(read, checkIntent, () => ({ kind: 'ledger row', where: key }), this.#ledger.unreadable);
  }
}

function checkIntent(intent: DueIntent): DueIntent {
  checkEntry({ kind: 'message', at: '', intent });
  return intent;
}
