import type { NotedStep, Replied, Saga, SagaFacts, SagaStore, UndoStep, Undoing } from '../../domain/execution/saga.js';
import { sagaFrom } from '../../domain/execution/saga-form.js';
import { itemText } from './json-copy.js';

/** Compensation of one execution as it is kept; texts are JSON. */
interface Kept {
  facts?: string;
  readonly steps: Map<number, string>;
  /** Request -> number of its step. */
  readonly numbers: Map<string, number>;
  readonly state: { -readonly [Field in keyof State]: State[Field] };
}

type State = Pick<Saga, 'failed' | 'next' | 'told' | 'reopenings'> & { readonly reopened: Set<number> };

/** Compensations in memory, kept as JSON; each decision and its write are one step, nothing awaited in between. */
export class MemorySagas implements SagaStore {
  readonly #kept = new Map<string, Kept>();

  async note(saga: SagaFacts, step: UndoStep): Promise<void> {
    const kept = this.#of(saga.execution);
    kept.facts ??= JSON.stringify(saga);
    if (kept.numbers.has(step.requestId)) return Promise.resolve();
    const number = kept.numbers.size + 1;
    kept.numbers.set(step.requestId, number);
    this.#put(saga.execution, { ...step, number });
    return Promise.resolve();
  }

  async fail(execution: string, reason: string): Promise<boolean> {
    const kept = this.#of(execution);
    kept.state.failed ??= reason;
    return Promise.resolve(kept.facts !== undefined);
  }

  async get(execution: string): Promise<Saga | undefined> {
    const { facts, steps, state } = this.#of(execution);
    if (facts === undefined) return Promise.resolve(undefined);
    return Promise.resolve(sagaFrom(facts, { ...state, noted: steps.size, reopened: [...state.reopened] }));
  }

  async step(execution: string, number: number): Promise<NotedStep | undefined> {
    const text = this.#of(execution).steps.get(number);
    return Promise.resolve(text === undefined ? undefined : (JSON.parse(text) as NotedStep));
  }

  async find(execution: string, requestId: string): Promise<NotedStep | undefined> {
    const number = this.#of(execution).numbers.get(requestId);
    return number === undefined ? undefined : this.step(execution, number);
  }

  async *steps({ execution, noted }: Pick<Saga, 'execution' | 'noted'>): AsyncGenerator<NotedStep> {
    for (let number = noted; number > 0; number--) {
      const step = await this.step(execution, number);
      if (step) yield step;
    }
  }

  async keepLate(execution: string, number: number, reply: Replied): Promise<void> {
    await this.#change(execution, number, ({ late = reply }) => ({ late }));
  }

  async reopen(execution: string, number: number): Promise<void> {
    const { state } = this.#of(execution);
    state.reopened.add(number);
    state.reopenings++;
    return Promise.resolve();
  }

  async settle(execution: string, number: number, undoing: Undoing): Promise<void> {
    await this.#change(execution, number, () => ({ undoing }));
  }

  async move(execution: string, next: number, done: readonly number[]): Promise<void> {
    const { state } = this.#of(execution);
    state.next = next;
    for (const number of done) state.reopened.delete(number);
    return Promise.resolve();
  }

  async tell(execution: string, reopenings: number): Promise<void> {
    this.#of(execution).state.told = reopenings;
    return Promise.resolve();
  }

  /** Removes what is kept of an execution. */
  forget(execution: string): void {
    this.#kept.delete(execution);
  }

  #of(execution: string): Kept {
    const kept = this.#kept.get(execution) ?? {
      ...{ steps: new Map<number, string>(), numbers: new Map<string, number>() },
      state: { reopenings: 0, reopened: new Set<number>() },
    };
    this.#kept.set(execution, kept);
    return kept;
  }

  async #change(execution: string, number: number, to: (step: NotedStep) => Partial<NotedStep>): Promise<void> {
    const step = await this.step(execution, number);
    if (step) this.#put(execution, { ...step, ...to(step) });
  }

  #put(execution: string, step: NotedStep): void {
    this.#of(execution).steps.set(step.number, itemText(step));
  }
}
