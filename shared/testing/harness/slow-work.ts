import { setImmediate } from 'node:timers';
import { DueHeap } from '../memory/due/due-heap.js';

/** A call that has not been answered yet. */
interface Pause {
  readonly process: object;
  readonly wake: () => void;
}

/**
 * Work of processes whose calls take time on the world's clock. Who runs a process waits for it only until it pauses; {@link wake} lets
 * it go on when its time has come.
 */
export class SlowWork {
  readonly #pauses = new DueHeap<Pause>();
  /** Number of the last pause: of those until one time, the first begun is the first to end. */
  #last = 0;
  /** Calls of a process that pause; none for one without. */
  readonly #calls = new Map<object, number>();
  readonly #works = new Map<object, Promise<void>>();
  readonly #paused = new Map<object, () => void>();

  /** Resolves when the work of a process has ended or pauses. @throws what the work throws before it pauses */
  async follow(process: object, work: Promise<void>): Promise<void> {
    this.#works.set(process, work);
    if (this.#calls.has(process)) work.catch(() => undefined);
    else await this.#untilPause(process);
  }

  /** Pauses a process until a time, milliseconds since 1970. */
  pause(process: object, until: number): Promise<void> {
    return new Promise((wake) => {
      this.#pauses.set({ process, wake }, until, ++this.#last);
      this.#calls.set(process, (this.#calls.get(process) ?? 0) + 1);
      this.#paused.get(process)?.();
    });
  }

  /** Time at which the next process goes on, milliseconds since 1970; undefined when none pauses. */
  get next(): number | undefined {
    return this.#pauses.next;
  }

  /** Lets those go on whose time has come, until each has ended or pauses again. @returns whether there were any */
  async wake(now: number): Promise<boolean> {
    const due: Pause[] = [];
    for (let one = this.#pauses.takeUntil(now); one !== undefined; one = this.#pauses.takeUntil(now)) {
      due.push(one);
      const left = (this.#calls.get(one.process) ?? 0) - 1;
      if (left > 0) this.#calls.set(one.process, left);
      else this.#calls.delete(one.process);
    }
    if (due.length === 0) return false;
    const again = [...new Set(due.map(({ process }) => process))].map((process) =>
      // A process whose other calls still pause may not pause anew.
      this.#calls.has(process) ? turn() : this.#untilPause(process),
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
