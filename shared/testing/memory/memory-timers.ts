import type { DeadlineTimer, TimerQueue } from '../../domain/request/timer-queue.js';
import type { MemoryQueue } from './memory-queue.js';

/** Timers in a queue in memory, with the delays of SQS: 15 minutes at most, then it comes early. */
export class MemoryTimers implements TimerQueue {
  readonly #queue: MemoryQueue;

  constructor(queue: MemoryQueue) {
    this.#queue = queue;
  }

  async set(timer: DeadlineTimer, now: number): Promise<void> {
    const delay = Math.max(0, Math.min(900, Math.ceil((timer.at - now) / 1000)));
    this.#queue.send(JSON.stringify(timer), delay);
    return Promise.resolve();
  }
}
