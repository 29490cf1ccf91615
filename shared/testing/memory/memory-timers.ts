import { ARMING_WINDOW_MS, type DeadlineTimer, type TimerQueue } from '../../domain/request/timer-queue.js';
import type { MemoryQueue } from './memory-queue.js';

/** Timers in a queue in memory, with the delays of SQS. */
export class MemoryTimers implements TimerQueue {
  readonly #queue: MemoryQueue;

  constructor(queue: MemoryQueue) {
    this.#queue = queue;
  }

  async set(timer: DeadlineTimer, now: number): Promise<void> {
    const delay = Math.ceil(Math.max(0, Math.min(ARMING_WINDOW_MS, timer.at - now)) / 1000);
    this.#queue.send(JSON.stringify(timer), delay);
    return Promise.resolve();
  }
}
