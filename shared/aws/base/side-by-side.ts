/** Runs tasks, a number of them side by side; the others wait for their turn, in order. */
export class SideBySide {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param most tasks that run at the same time */
  constructor(private readonly most: number) {}

  /** Runs a task when its turn has come. @throws what the task throws */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.most) this.#running++;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      return await task();
    } finally {
      // The place is handed on, not given back, so that nobody comes in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
