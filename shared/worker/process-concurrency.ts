import type { Concurrency } from '../agent/receive/services.js';

/**
 * Order of the handlings that run in one process at the same time. A message whose last handling died is to be run with nothing beside
 * it, so that, should it end the process again, no other message's try is lost: `alone` waits for those that run and holds back those
 * that come. The lanes of a worker share one; a Lambda function gets one batch at a time and needs none.
 */
export class ProcessConcurrency implements Concurrency {
  readonly #running = new Set<Promise<unknown>>();
  /** Settled when the last who asked to be alone has finished. */
  #alone: Promise<unknown> = Promise.resolve();

  /** Runs it beside others, as soon as nobody is, or waits to be, alone. */
  async beside<Result>(run: () => Promise<Result>): Promise<Result> {
    for (let last: Promise<unknown> | undefined; last !== this.#alone;) {
      last = this.#alone;
      await last;
    }
    const running = run();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Runs it with nothing beside it. Not from within `beside`: it would wait for itself. */
  async alone<Result>(run: () => Promise<Result>): Promise<Result> {
    const before = this.#alone;
    const turn = (async () => {
      await before;
      await Promise.allSettled(this.#running);
      return run();
    })();
    this.#alone = turn.catch(() => undefined);
    return turn;
  }
}
