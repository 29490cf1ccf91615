import { givesWay } from '../../../domain/emergency/emergency.js';
import { isEarlier, type ChannelPause, type PauseStore, type WaitingMessage } from '../../../domain/pause/pause.js';

/** Pauses in memory. */
export class MemoryPauses implements PauseStore {
  readonly #pauses = new Map<string, ChannelPause>();
  readonly #waiting = new Map<string, WaitingMessage>();

  async all(): Promise<readonly ChannelPause[]> {
    return Promise.resolve(this.present);
  }

  async recent(): Promise<readonly ChannelPause[]> {
    return Promise.resolve(this.present);
  }

  async begin(pause: ChannelPause): Promise<ChannelPause> {
    const standing = this.#pauses.get(pause.channel);
    if (standing && !givesWay(standing, pause)) return Promise.resolve(standing);
    this.#pauses.set(pause.channel, pause);
    return Promise.resolve(pause);
  }

  async end(channel: string, since: string): Promise<boolean> {
    return Promise.resolve(this.#pauses.get(channel)?.since === since && this.#pauses.delete(channel));
  }

  async noteWaiting(message: WaitingMessage, now: number): Promise<void> {
    const key = placeOf(message.agent, message.channel);
    if (isEarlier(message, this.#waiting.get(key), now)) this.#waiting.set(key, message);
    return Promise.resolve();
  }

  async firstWaiting(agent: string, channel: string): Promise<WaitingMessage | undefined> {
    return Promise.resolve(this.#waiting.get(placeOf(agent, channel)));
  }

  /** Those that are in force now. */
  get present(): readonly ChannelPause[] {
    return [...this.#pauses.values()];
  }

  /** True while a channel is paused. */
  holds(channel: string): boolean {
    return this.#pauses.has(channel);
  }
}

function placeOf(agent: string, channel: string): string {
  return JSON.stringify([agent, channel]);
}
