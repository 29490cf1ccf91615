import { setTimeout as sleep } from 'node:timers/promises';

/** Places for messages that are handled side by side, shared by all lanes of a process. Each becomes free on its own. */
export class Slots {
  #taken = 0;
  #waiting: (() => void)[] = [];

  constructor(readonly all: number) {}

  get free(): number {
    return this.all - this.#taken;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a slot until `run` has ended. Only while one is free. */
  async hold(run: () => Promise<void>): Promise<void> {
    this.#taken += 1;
    try {
      await run();
    } finally {
      this.#taken -= 1;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const go of waiting) go();
    }
  }

  /** True when all slots became free within the time, milliseconds. */
  async emptied(withinMs: number): Promise<boolean> {
    const end = Date.now() + withinMs;
    while (this.#taken > 0) {
      const left = end - Date.now();
      if (left <= 0) return false;
      const over = new AbortController();
      await Promise.race([this.freed(), sleep(left, undefined, { signal: over.signal }).catch(() => undefined)]);
      over.abort();
    }
    return true;
  }

  /** Settled when a slot has become free. */
  async freed(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
