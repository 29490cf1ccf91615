import { LanewayError } from '../../domain/base/errors.js';
import type { SendResult } from '../../domain/wire/message-bus.js';
import type { CrashPoint, FaultPlan } from './faults.js';

/** Points before and after one call. */
export interface Points {
  readonly before?: CrashPoint;
  readonly after?: CrashPoint;
}

/**
 * One run of a function, which the fault plan may end at any call. A process that has died reaches nothing any more: each
 * of its calls fails, and whoever started it discards its result.
 */
export class MortalProcess {
  #alive = true;

  constructor(
    /** Agent, or function of the platform. */
    readonly who: string,
    readonly faults: FaultPlan,
  ) {}

  get alive(): boolean {
    return this.#alive;
  }

  /** @throws LanewayError UNAVAILABLE when the process dies here, or has died; HANDLER when the plan lets it throw */
  pass(point: CrashPoint): void {
    this.#check();
    const effect = this.faults.strikes(this.who, point);
    if (effect === 'crash') {
      this.#alive = false;
      this.#check();
    }
    if (effect === 'throw') throw new LanewayError('HANDLER', `the fault plan lets '${this.who}' fail ${point}`);
  }

  /** A call of a store or a queue. @throws LanewayError UNAVAILABLE by the fault plan */
  async call<Result>(effect: () => Promise<Result>, { before, after }: Points = {}): Promise<Result> {
    this.#check();
    if (before) this.pass(before);
    const death = this.faults.dies(this.who);
    if (death === 'executed') await effect();
    if (death) this.#alive = false;
    this.#check();
    const trouble = this.faults.storeTrouble();
    if (trouble === 'not-executed') throw unavailable('a store failed');
    const result = await effect();
    this.#check();
    if (after) this.pass(after);
    if (trouble === 'executed') throw unavailable('a store executed the call and reported that it timed out');
    return result;
  }

  /** Sends entries, of which the plan may refuse some, or after some of which the process may die. */
  async send<Entry>(
    entries: readonly Entry[],
    effect: (entries: readonly Entry[]) => Promise<readonly SendResult[]>,
  ): Promise<readonly SendResult[]> {
    this.pass('before-emit');
    const death = this.faults.dies(this.who);
    if (death === 'executed') await effect(entries);
    if (death) this.#alive = false;
    this.#check();
    const half = entries.slice(0, this.faults.number(entries.length + 1));
    if (this.faults.strikes(this.who, 'mid-emit') === 'crash') {
      await effect(half);
      this.#alive = false;
    }
    this.#check();
    const troubles = entries.map(() => this.faults.busTrouble());
    const sent = entries.filter((_, index) => troubles[index] !== 'not-executed');
    const results = [...(await effect(sent))];
    this.#check();
    this.pass('after-emit');
    return troubles.map((trouble) => {
      const result = trouble === 'not-executed' ? undefined : results.shift();
      return trouble === undefined && result ? result : THROTTLED;
    });
  }

  #check(): void {
    if (!this.#alive) throw unavailable(`the process of '${this.who}' has ended`);
  }
}

const THROTTLED: SendResult = { ok: false, retryable: true, code: 'ThrottlingException', message: 'by the fault plan' };

function unavailable(what: string): LanewayError {
  return new LanewayError('UNAVAILABLE', `${what} (by the fault plan)`);
}
