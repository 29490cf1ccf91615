import type { Envelope } from '../wire/envelope.js';
import type { Intent } from './delivery.js';

/** An intent as the sweeper finds it, with the instant from which it looks, milliseconds since 1970. */
export interface DueIntent extends Intent {
  readonly due: number;
}

/** Intents in the ledger: messages that a publisher outside any handling is about to send. */
export interface IntentStore {
  /**
   * Records messages, each by its id. The first body of an id stands: the same body again takes the place of the first, with
   * its own times, and another body changes nothing.
   * @param due instant (milliseconds since 1970) from which the sweeper looks whether the messages arrived, by the
   * clock of the caller; a store with a clock of its own puts it into the terms of that one
   * @returns what stands from before with another body, as it stands; undefined when there is none such
   */
  record(intents: readonly Intent[], due: number): Promise<readonly Intent[] | undefined>;
  /**
   * The intent that the writer of a message's source recorded of it; undefined when there is none. Big payloads stay in the
   * payload store.
   */
  find(message: Pick<Envelope, 'source' | 'correlationid' | 'id'>): Promise<Intent | undefined>;
  /** Intents due in (after, until], oldest first. */
  due(after: number, until: number): AsyncIterable<DueIntent>;
}
