import type { Clock } from '../domain/base/clock.js';

/** Longest wait of one timer, milliseconds: a clock that is set meanwhile is noticed, and Node's own limit is far away. */
const LONGEST_MS = 60_000;

/**
 * The one timer of an application: it rings at the earliest time that it was set to. Its listener does the work that is due, and
 * sets it to the next time. It keeps the process alive: messages that wait in memory would be lost with it.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Makes it ring by then, milliseconds since 1970. */
  by(at: number): void {
    if (this.#ended || at >= this.#at) return;
    this.#at = at;
    clearTimeout(this.#timer);
    const wait = Math.min(LONGEST_MS, Math.max(0, at - this.#clock.now()));
    this.#timer = setTimeout(() => {
      this.#at = Number.POSITIVE_INFINITY;
      this.#ring();
    }, wait);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
