import { LanewayError } from '../../domain/base/errors.js';

/** Ends a handling before its time: the signal aborts, and the handling fails with `why`. */
export type Stop = (why: LanewayError) => void;

/** A handling under way. Signal and timer, which few handlers need, are made on demand. */
export class HandlingRun {
  #ended = false;
  #abort: AbortController | undefined;
  #stopped: LanewayError | undefined;
  #fail: ((why: LanewayError) => void) | undefined;

  /** True when the handling has ended: nothing may be published any more. */
  get ended(): boolean {
    return this.#ended;
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#stopped) this.#abort.abort(this.#stopped);
    }
    return this.#abort.signal;
  }

  /** Ends the handling before its time, as {@link Stop} says. */
  stop(why: LanewayError): void {
    this.#stopped ??= why;
    this.#abort?.abort(why);
    this.#fail?.(why);
  }

  /**
   * Runs the middleware and the handler, for `limit` milliseconds at the most. A handler that never gives way to other
   * code cannot be stopped, so that it gets no timer.
   * @param agent id of the agent, for the words of the error, and `type` the message type
   * @param attach gets the function that stops the handling; the function that it returns is called at the end
   * @returns the result, or a promise of it
   * @throws the error of the handling; LanewayError HANDLER when it overran its time
   */
  within(
    handle: () => unknown,
    limit: number,
    agent: string,
    type: string,
    attach: ((stop: Stop) => () => void) | undefined,
  ): unknown {
    let result;
    try {
      result = handle();
    } catch (error) {
      this.#ended = true;
      throw error;
    }
    if (isThenable(result)) return this.#race(result, Math.max(0, limit), `${agent} on ${type}`, attach);
    this.#ended = true;
    return result;
  }

  async #race(
    result: PromiseLike<unknown>,
    limit: number,
    what: string,
    attach: ((stop: Stop) => () => void) | undefined,
  ): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const stopped = new Promise<never>((_resolve, reject) => {
      this.#fail = reject;
      timer = setTimeout(() => {
        this.stop(new LanewayError('HANDLER', `${what} did not end within ${Math.round(limit)} ms`));
      }, limit);
    });
    const detach = attach?.((why) => {
      this.stop(why);
    });
    try {
      return await Promise.race([result, stopped]);
    } finally {
      this.#ended = true;
      clearTimeout(timer);
      detach?.();
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
