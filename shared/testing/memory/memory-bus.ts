import type { Envelope } from '../../domain/wire/envelope.js';
import type { MessageBus, SendResult } from '../../domain/wire/message-bus.js';

/** Called with every envelope that the bus took, as a copy that went over the wire. */
export type BusListener = (envelope: Envelope) => void | Promise<void>;

/** A refusal of the bus, for tests of publishers. */
export type BusFault = (envelope: Envelope) => Extract<SendResult, { ok: false }> | undefined;

/** The bus in memory: it hands every envelope that it takes to its listeners before the publish returns, and keeps it in `published`. */
export class MemoryBus implements MessageBus {
  readonly published: Envelope[] = [];
  readonly #listeners = new Set<BusListener>();
  #fault: BusFault = () => undefined;

  /** @returns a function that ends the subscription */
  subscribe(listener: BusListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes the bus ask `fault` before it takes an envelope, from now on; without argument it takes all again. */
  refuse(fault: BusFault = () => undefined): void {
    this.#fault = fault;
  }

  async publish(envelopes: readonly Envelope[]): Promise<readonly SendResult[]> {
    const results: SendResult[] = [];
    for (const envelope of envelopes) {
      const fault = this.#fault(envelope);
      results.push(fault ?? { ok: true });
      if (fault) continue;
      const wire = JSON.parse(JSON.stringify(envelope)) as Envelope;
      this.published.push(wire);
      for (const listener of this.#listeners) await listener(wire);
    }
    return results;
  }
}
