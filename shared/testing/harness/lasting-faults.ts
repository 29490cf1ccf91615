import type { Clock } from '../../domain/base/clock.js';
import { milliseconds, type Duration } from '../../domain/base/duration.js';
import type { Skew } from './faults.js';
import { Outages, type CallTrouble, type Outage, type OutagePort } from './outages.js';

/** Faults of a plan that last: outages of ports, clocks that are wrong, queues that forget. */
export class LastingFaults {
  readonly #clock: Clock;
  readonly #outages = new Outages();
  readonly #skews = new Map<string, number>();
  readonly #struck = new Map<OutagePort, number>();
  #skewed = 0;
  #retainMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws LanewayError INVALID_OPTION, INVALID_DURATION */
  outage(outage: Outage): void {
    this.#outages.add(outage, this.#clock.now());
  }

  skew(who: string, by: Skew): void {
    this.#skews.set(who, 'slow' in by ? -milliseconds(by.slow) : milliseconds(by.fast));
  }

  retain(time: Duration): void {
    this.#retainMs = milliseconds(time);
  }

  clear(): void {
    this.#outages.clear();
    this.#skews.clear();
    this.#retainMs = undefined;
  }

  /** True when calls may take time. */
  get isSlow(): boolean {
    return this.#outages.isSlow;
  }

  /** Instant at which the last outage is over, milliseconds since 1970. */
  get outagesOver(): number | undefined {
    return this.#outages.over;
  }

  /** Milliseconds that queues keep copies; undefined as deployed. */
  get retainMs(): number | undefined {
    return this.#retainMs;
  }

  /** Milliseconds by which the clock of a process is ahead of the world's. Counts the strike. */
  skewOf(who: string): number {
    const skew = this.#skews.get(who) ?? 0;
    if (skew !== 0) this.#skewed++;
    return skew;
  }

  /** The trouble that a call of a port is in; undefined for none. Counts the strike. */
  strike(port: OutagePort, who: string, random: () => number): CallTrouble | undefined {
    const trouble = this.#outages.strike(port, who, this.#clock.now(), random);
    if (trouble) this.#struck.set(port, this.struckOf(port) + 1);
    return trouble;
  }

  /** Calls of a port that outages have struck. */
  struckOf(port: OutagePort): number {
    return this.#struck.get(port) ?? 0;
  }

  /** Times that any of them has struck. */
  get struck(): number {
    return [...this.#struck.values()].reduce((sum, times) => sum + times, this.#skewed);
  }
}
