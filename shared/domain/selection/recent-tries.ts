import type { Clock } from '../base/clock.js';
import { LATELY_MS, LATELY_TRIES } from './standing.js';

/** The last tries of handlings, as far as they count. */
export class RecentTries {
  /** Oldest first. */
  readonly #tries: { readonly at: number; readonly isGood: boolean }[] = [];

  constructor(private readonly clock: Clock) {}

  /** Notes a try that has ended. */
  note(isGood: boolean): void {
    this.#tries.push({ at: this.clock.now(), isGood });
    if (this.#tries.length > LATELY_TRIES) this.#tries.shift();
  }

  /** Tries that count now. */
  counts(): { readonly completed: number; readonly failed: number } {
    const since = this.clock.now() - LATELY_MS;
    const tries = this.#tries.filter(({ at }) => at > since);
    const completed = tries.filter(({ isGood }) => isGood).length;
    return { completed, failed: tries.length - completed };
  }
}
