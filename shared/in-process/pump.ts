import { performance } from 'node:perf_hooks';
import type { Clock } from '../domain/base/clock.js';
import type { Consumer } from '../testing/harness/consumer.js';
import { Slots } from '../worker/slots.js';

/** Callbacks of a pump. */
export interface PumpEvents {
  /** A copy will be there at this time: {@link Pump.wake} is to be called then. */
  readonly due: (at: number) => void;
  /** Nothing is handled, and nothing can be received now. */
  readonly rested: () => void;
  readonly failed: (lane: string, error: unknown) => void;
}

/** Milliseconds that a turn goes on for when handlers end at once: then timers, sockets and other pumps have theirs. */
const TURN_MS = 2;

/**
 * Handles what comes into the lanes of one agent, or into the queue of one function of the platform, in so many slots. A
 * slot that is free takes from the most urgent lane that has something.
 */
export class Pump {
  readonly slots: Slots;
  readonly #lanes: readonly Consumer[];
  readonly #clock: Clock;
  readonly #events: PumpEvents;
  #isScheduled = false;
  #isOpen = true;
  #turnEnds = 0;

  /** @param lanes the most urgent first */
  constructor(lanes: readonly Consumer[], concurrency: number, clock: Clock, events: PumpEvents) {
    this.slots = new Slots(concurrency);
    this.#lanes = lanes;
    this.#clock = clock;
    this.#events = events;
    for (const { queue } of lanes) queue.changed = () => this.wake();
  }

  /** Looks at the lanes in a moment, once for all that happens until then. */
  wake(): void {
    if (this.#isScheduled || !this.#isOpen) return;
    this.#isScheduled = true;
    // Not a microtask: agents that answer each other without end would keep timers and sockets from their turn.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turnEnds = performance.now() + TURN_MS;
      this.#take();
    });
  }

  /** True when nothing is handled, and nothing could be received now. */
  get isQuiet(): boolean {
    return this.slots.taken === 0 && this.#nextAt > this.#clock.now();
  }

  /** Receives no more; what is being handled goes on. */
  close(): void {
    this.#isOpen = false;
  }

  #take(): void {
    if (!this.#isOpen) return;
    for (const lane of this.#lanes) {
      const { free } = this.slots;
      if (free === 0) return;
      for (const copy of lane.receive(free)) void this.slots.hold(() => this.#handle(lane, copy)).then(this.#freed);
    }
    const next = this.#nextAt;
    if (next <= this.#clock.now()) return;
    if (Number.isFinite(next)) this.#events.due(next);
    if (this.slots.taken === 0) this.#events.rested();
  }

  get #nextAt(): number {
    return Math.min(
      ...this.#lanes.map((lane) => (lane.isHeld() ? undefined : lane.queue.nextVisibleAt) ?? Number.POSITIVE_INFINITY),
    );
  }

  readonly #freed = (): void => {
    if (performance.now() < this.#turnEnds) this.#take();
    else this.wake();
  };

  async #handle(lane: Consumer, copy: ReturnType<Consumer['receive']>[number]): Promise<void> {
    try {
      await lane.handle([copy]);
    } catch (error) {
      this.#events.failed(lane.name, error);
    }
  }
}
