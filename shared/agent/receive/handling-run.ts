import { LanewayError } from '../../domain/base/errors.js';
import type { Handling } from './handling.js';

/** A handling under way. Signal and timer, which few handlers need, are made on demand. */
export class HandlingRun {
  #ended = false;
  #abort: AbortController | undefined;
  #stopped: LanewayError | undefined;
  #fail: ((why: LanewayError) => void) | undefined;
  #guarded: Set<Promise<unknown>> | undefined;

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

  /** Has a handling that is stopped wait until a guarded call has noted how it ended; it ends with the signal. */
  follow(guarded: Promise<unknown>): void {
    const calls = (this.#guarded ??= new Set());
    const done = guarded.then(
      () => undefined,
      () => undefined,
    );
    calls.add(done);
    void done.then(() => calls.delete(done));
  }

  /** Ends the handling before its time, as `Stop` says. */
  stop(why: LanewayError): void {
    this.#stopped ??= why;
    this.#abort?.abort(why);
    this.#fail?.(why);
  }

  /**
   * Runs the middleware and the handler, for `limit` milliseconds at the most. A handler that never gives way to other
   * code cannot be stopped, so that it gets no timer.
   * @returns the result, or a promise of it
   * @throws the error of the handling; LanewayError HANDLER when it overran its time
   */
  within(handle: () => unknown, limit: number, handling: Handling): unknown {
    let result;
    try {
      result = handle();
    } catch (error) {
      this.#ended = true;
      throw error;
    }
    if (isThenable(result)) return this.#race(result, Math.max(0, limit), handling);
    this.#ended = true;
    return result;
  }

  async #race(result: PromiseLike<unknown>, limit: number, { delivery, attach }: Handling): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const stopped = new Promise<never>((_resolve, reject) => {
      this.#fail = reject;
      timer = setTimeout(() => {
        const what = `${delivery.bound.agent.id} on ${delivery.envelope.type}`;
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
      if (this.#guarded && this.#stopped) await Promise.all(this.#guarded);
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
