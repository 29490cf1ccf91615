import type { Clock } from '../../domain/base/clock.js';

/** A clock that only moves when told to, so that a test decides what time it is. */
export class ManualClock implements Clock {
  #now: number;

  /** @param start milliseconds since 1970; by default 1 January 2026, so that runs repeat exactly. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  /** Time of the clock, milliseconds since 1970. */
  now(): number {
    return this.#now;
  }

  /** Moves on by so many milliseconds; time does not go back. */
  advance(milliseconds: number): void {
    this.#now += Math.max(0, milliseconds);
  }

  /** Moves on to a time, unless it is past already. */
  advanceTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }
}
