import {
  isEarlier,
  PAUSES_SEEN_MS,
  type ChannelPause,
  type PauseStore,
  type WaitingMessage,
} from '../../domain/pause/pause.js';

/** Pauses as a process saw them last, and what it has noted of the messages that wait. */
export class SeenPauses {
  #pauses: ReadonlyMap<string, ChannelPause> = new Map();
  #reading: Promise<void> | undefined;
  /** Instant of the last look, milliseconds since 1970. */
  #at = Number.NEGATIVE_INFINITY;
  readonly #noted = new Map<string, WaitingMessage>();

  /**
   * The pause of a channel; a promise of it only when it has to be read anew, every five seconds at most. While it cannot be read, what
   * was seen last holds: a process that has seen nothing yet handles what comes, as a table that nobody else needs is not to stop an
   * application.
   * @param failed called when it could not be read
   */
  of(
    channel: string,
    store: Pick<PauseStore, 'recent'>,
    now: number,
    failed: (error: unknown) => void,
  ): ChannelPause | undefined | Promise<ChannelPause | undefined> {
    if (now - this.#at < PAUSES_SEEN_MS && now >= this.#at) return this.#pauses.get(channel);
    this.#reading ??= this.#read(store, now, failed);
    return this.#reading.then(() => this.#pauses.get(channel));
  }

  /** True for a message that is worth a note: this process has noted none that expires earlier. It counts as noted from then on. */
  isFirst(message: WaitingMessage, now: number): boolean {
    const key = placeOf(message);
    if (!isEarlier(message, this.#noted.get(key), now)) return false;
    this.#noted.set(key, message);
    return true;
  }

  /** Forgets a message whose note could not be written, so that the next one is noted. */
  forget(message: WaitingMessage): void {
    if (this.#noted.get(placeOf(message)) === message) this.#noted.delete(placeOf(message));
  }

  async #read(store: Pick<PauseStore, 'recent'>, now: number, failed: (error: unknown) => void): Promise<void> {
    try {
      this.#pauses = new Map((await store.recent()).map((pause) => [pause.channel, pause]));
    } catch (error) {
      failed(error);
    } finally {
      this.#at = now;
      this.#reading = undefined;
    }
  }
}

function placeOf({ agent, channel }: WaitingMessage): string {
  return JSON.stringify([agent, channel]);
}
