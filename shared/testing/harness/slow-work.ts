import { setImmediate } from 'node:timers';

/** A call that has not been answered yet. */
interface Pause {
  readonly process: object;
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Work of processes whose calls take time on the world's clock. Who runs a process waits for it only until it pauses; {@link wake} lets
 * it go on when its time has come.
 */
export class SlowWork {
  #pauses: Pause[] = [];
  readonly #works = new Map<object, Promise<void>>();
  readonly #paused = new Map<object, () => void>();

  /** Resolves when the work of a process has ended or pauses. @throws what the work throws before it pauses */
  async follow(process: object, work: Promise<void>): Promise<void> {
    this.#works.set(process, work);
    if (this.#pauses.some((one) => one.process === process)) work.catch(() => undefined);
    else await this.#untilPause(process);
  }

  /** Pauses a process until a time, milliseconds since 1970. */
  pause(process: object, until: number): Promise<void> {
    return new Promise((wake) => {
      this.#pauses.push({ process, at: until, wake });
      this.#paused.get(process)?.();
    });
  }

  /** Time at which the next process goes on, milliseconds since 1970; undefined when none pauses. */
  get next(): number | undefined {
    return this.#pauses.length === 0 ? undefined : Math.min(...this.#pauses.map(({ at }) => at));
  }

  /** Lets those go on whose time has come, until each has ended or pauses again. @returns whether there were any */
  async wake(now: number): Promise<boolean> {
    const due = this.#pauses.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    if (due.length === 0) return false;
    this.#pauses = this.#pauses.filter((one) => !due.includes(one));
    const again = [...new Set(due.map(({ process }) => process))].map((process) =>
      // A process whose other calls still pause may not pause anew.
      this.#pauses.some((one) => one.process === process) ? turn() : this.#untilPause(process),
    );
    for (const { wake } of due) wake();
    // What fails now fails in a process that nobody waits for any more; its copies come again.
    await Promise.allSettled(again);
    return true;
  }

  async #untilPause(process: object): Promise<void> {
    const work = this.#works.get(process);
    if (work === undefined) return;
    let isPaused = false;
    const paused = new Promise<void>((resolve) =>
      this.#paused.set(process, () => {
        isPaused = true;
        resolve();
      }),
    );
    try {
      await Promise.race([work, paused]);
    } finally {
      this.#paused.delete(process);
      if (!isPaused) this.#works.delete(process);
    }
    if (isPaused) work.catch(() => undefined);
  }
}

/** Lets everything run on that waits for nothing but promises; also under a test framework's fake timers. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
